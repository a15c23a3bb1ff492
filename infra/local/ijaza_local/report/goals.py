"""The Sustainable Development Goals of the 2030 Agenda, by their short titles."""

from .wording import Wording

_GOALS = (
    ("No poverty", "القضاء على الفقر"),
    ("Zero hunger", "القضاء التام على الجوع"),
    ("Good health and well-being", "الصحة الجيدة والرفاه"),
    ("Quality education", "التعليم الجيد"),
    ("Gender equality", "المساواة بين الجنسين"),
    ("Clean water and sanitation", "المياه النظيفة والنظافة الصحية"),
    ("Affordable and clean energy", "طاقة نظيفة وبأسعار معقولة"),
    ("Decent work and economic growth", "العمل اللائق ونمو الاقتصاد"),
    ("Industry, innovation and infrastructure", "الصناعة والابتكار والهياكل الأساسية"),
    ("Reduced inequalities", "الحد من أوجه عدم المساواة"),
    ("Sustainable cities and communities", "مدن ومجتمعات محلية مستدامة"),
    ("Responsible consumption and production", "الاستهلاك والإنتاج المسؤولان"),
    ("Climate action", "العمل المناخي"),
    ("Life below water", "الحياة تحت الماء"),
    ("Life on land", "الحياة في البر"),
    ("Peace, justice and strong institutions", "السلام والعدل والمؤسسات القوية"),
    ("Partnerships for the goals", "عقد الشراكات لتحقيق الأهداف"),
)


def goal(number: int) -> Wording:
    """A goal by its number; a number without a goal has no title."""
    return Wording(*_GOALS[number - 1]) if 0 < number <= len(_GOALS) else Wording("")
