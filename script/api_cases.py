"""What the generator of API cases must be told: how an answer file is written and how documents are read."""

import schemathesis


@schemathesis.serializer("application/toml")
def toml(context, value):
    """Text as it is; anything else as a line of TOML that is mostly wrong."""
    return value.encode() if isinstance(value, str) else f"value = {value!r}".encode()


@schemathesis.deserializer(
    "application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/toml", "text/csv"
)
def document(context, response):
    """Documents are not looked into here."""
    return response.content.decode("latin-1")
