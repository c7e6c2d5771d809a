"""Runs a user's shell command to its end; its errors are for a person."""
import subprocess


class CommandFailed(Exception):
    """The command did not end well; the text is for a person."""


def run(command: str, timeout_seconds: float) -> str:
    """What the command printed, without the white space around it."""
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", command], capture_output=True, text=True, errors="replace", timeout=timeout_seconds,
            stdin=subprocess.DEVNULL, check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"the command took longer than {timeout_seconds:g} s") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        why = f": {lines[-1][:200]}" if lines else ""
        raise CommandFailed(f"the command ended with {done.returncode}{why}")
    return done.stdout.strip()
