"""Runs a user's shell command to completion; its errors are for a person."""
import contextlib
import os
import selectors
import signal
import subprocess
import time

# Only the end of longer output is kept.
MAX_OUTPUT_BYTES = 64 * 1024


class CommandFailed(Exception):
    """The command failed; the text is for a person."""


def run(command: str, timeout_seconds: float) -> str:
    """The command's output, stripped.

    It ends with its shell; background processes continue. At the timeout the whole process group is killed, or processes
    of a hanging pipeline would accumulate with each interval.
    """
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0,
    ) as process:
        try:
            stdout, stderr = _read_until_end(process, time.monotonic() + timeout_seconds)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise CommandFailed(f"the command took longer than {timeout_seconds:g} s") from None
    if process.returncode != 0:
        lines = stderr.splitlines()
        why = f": {lines[-1][:200]}" if lines else ""
        raise CommandFailed(f"the command ended with {process.returncode}{why}")
    return stdout


def _read_until_end(process: subprocess.Popen[bytes], end: float) -> tuple[str, str]:
    """The output when the shell has ended; background processes may hold its pipes open. Raises TimeoutError."""
    pipes = [pipe.fileno() for pipe in (process.stdout, process.stderr) if pipe is not None]
    printed = {pipe: bytearray() for pipe in pipes}
    ended = os.pidfd_open(process.pid)
    with selectors.DefaultSelector() as selector:
        try:
            for descriptor in (*pipes, ended):
                selector.register(descriptor, selectors.EVENT_READ)
            has_ended = False
            while not has_ended:
                if (left := end - time.monotonic()) <= 0:
                    raise TimeoutError
                ready = {key.fd for key, _ in selector.select(left)}
                # Checked before the pipes are read, so that no output is missed.
                has_ended = ended in ready
                for pipe in ready & printed.keys():
                    data = os.read(pipe, MAX_OUTPUT_BYTES)
                    printed[pipe] += data
                    del printed[pipe][:-MAX_OUTPUT_BYTES]
                    if not data:
                        selector.unregister(pipe)
        finally:
            os.close(ended)
    stdout, stderr = (bytes(printed[pipe]).decode("utf-8", "replace").strip() for pipe in pipes)
    return stdout, stderr
