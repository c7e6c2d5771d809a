"""Whether this machine's clock is synchronised."""
import subprocess

ANSWER_TIMEOUT_SECONDS = 5


def is_set_by_ntp() -> bool:
    """As reported by systemd."""
    try:
        answer = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
            capture_output=True, text=True, timeout=ANSWER_TIMEOUT_SECONDS, stdin=subprocess.DEVNULL, check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.strip() == "yes"
