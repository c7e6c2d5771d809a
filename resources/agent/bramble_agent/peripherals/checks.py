"""Checks of settings that several kinds of inputs and outputs have. All raise BadSetting."""

MAX_GPIO = 27
MAX_LABEL_CHARACTERS = 64
MAX_COMMAND_TIMEOUT_SECONDS = 3_600


class BadSetting(ValueError):
    """A value that cannot work; the key says which, the text is for a person."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def check_pin(pin: int, key: str = "pin") -> None:
    if not 0 <= pin <= MAX_GPIO:
        raise BadSetting(key, f"{key} {pin} is not a GPIO number from 0 to {MAX_GPIO}")


def check_range(key: str, value: float, least: float, most: float, unit: str = "") -> None:
    """Raises BadSetting."""
    if not least <= value <= most:
        raise BadSetting(key, f"{key} is {least:g} to {most:g}{unit}, not {value:g}")


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
