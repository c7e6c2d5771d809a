"""Whether something keeps this machine's clock right."""
import subprocess

ANSWER_TIMEOUT_SECONDS = 5


def is_set_by_ntp() -> bool:
    """True where systemd knows of it."""
    try:
        answer = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
            capture_output=True, text=True, timeout=ANSWER_TIMEOUT_SECONDS, stdin=subprocess.DEVNULL, check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.strip() == "yes"
