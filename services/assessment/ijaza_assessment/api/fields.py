"""Pieces that only requests of assessment are made of."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

Score = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=10)]
"""An exact decimal, best sent as a string."""

Number = Annotated[int, Field(ge=1, le=1000)]
