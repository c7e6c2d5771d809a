"""Checks of settings shared by several kinds of inputs and outputs. All raise BadSetting."""

MAX_GPIO = 27
MAX_LABEL_CHARACTERS = 64
MAX_COMMAND_TIMEOUT_SECONDS = 3_600


class BadSetting(ValueError):
    """An invalid value of `key`; the text is for a person."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def check_pin(pin: int, key: str = "pin") -> None:
    if not 0 <= pin <= MAX_GPIO:
        raise BadSetting(key, f"{key} {pin} is not a GPIO number from 0 to {MAX_GPIO}")


def check_range(key: str, value: float, minimum: float, maximum: float, unit: str = "") -> None:
    """Raises BadSetting."""
    if not minimum <= value <= maximum:
        raise BadSetting(key, f"{key} is {minimum:g} to {maximum:g}{unit}, not {value:g}")


def check_command(key: str, command: str | None) -> None:
    if command is not None and command.strip() == "":
        raise BadSetting(key, f"{key} is empty: write a command")


def check_timeout(seconds: float) -> None:
    if not 0 < seconds <= MAX_COMMAND_TIMEOUT_SECONDS:
        reason = f"timeout is more than 0 and at most {MAX_COMMAND_TIMEOUT_SECONDS} seconds, not {seconds:g}"
        raise BadSetting("timeout", reason)


def check_label(label: str | None) -> None:
    if label is not None and not 1 <= len(label.strip()) <= MAX_LABEL_CHARACTERS:
        raise BadSetting("label", f"label takes 1 to {MAX_LABEL_CHARACTERS} characters")
