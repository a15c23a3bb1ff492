"""Under which name and type a certificate's PDF carries its credential."""

ATTACHMENT = "credential.json"
ATTACHMENT_TYPE = "application/vc"
"""The registered media type of a credential secured by an embedded proof (VC Data Model 2.0)."""
