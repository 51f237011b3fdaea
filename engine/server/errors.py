"""What a request is answered with when it cannot be kept: a status, a sentence and a code, in OpenAI's form."""

from __future__ import annotations

from typing import Any

from engine.errors import BitLlamaError, ConfigError
from engine.runtime.base import Cancelled


class ApiError(Exception):
    """A request that is refused.

    Args:
        status: HTTP status.
        code: a word for programs.
        message: a sentence for the person.
        param: the parameter that was wrong.
        retry_after: seconds after which another try makes sense.
    """

    def __init__(
        self, status: int, code: str, message: str, param: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param = status, code, message, param
        self.retry_after = retry_after

    @classmethod
    def of(cls, error: BaseException) -> ApiError:
        """What a failure is told as. Of one that nobody foresaw only the kind is told."""
        if isinstance(error, ApiError):
            return error
        if isinstance(error, (Cancelled, ConnectionResetError)):
            return cls(499, "cancelled", "It was not waited for, or took too long; nothing was changed.")
        if isinstance(error, ConfigError):
            return cls(400, "invalid_value", str(error))
        if isinstance(error, BitLlamaError):
            return cls(500, "engine_error", str(error))
        return cls(500, "internal_error", f"Something unforeseen happened ({type(error).__name__}).")

    @property
    def body(self) -> dict[str, Any]:
        """It in OpenAI's form."""
        kind = "invalid_request_error" if self.status < 500 else "server_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}

    @property
    def headers(self) -> dict[str, str]:
        """The headers that belong to it."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return headers | ({"WWW-Authenticate": "Bearer"} if self.status == 401 else {})


def bad_parameter(name: str, message: str) -> ApiError:
    """A parameter of a request that cannot be kept."""
    return ApiError(400, "invalid_value", message, name)
