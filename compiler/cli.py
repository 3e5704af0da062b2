"""The entry of ``opsc``: a command line comes in, an exit code leaves.

``--version`` is answered from a constant, before anything is imported. Whatever the commands let
through ends here, in words: a crash exits 4, an interrupt 130, a closed pipe 141 without a word.
"""

import os
import sys

import compiler

EXIT_INTERNAL = 4
EXIT_INTERRUPTED = 130
EXIT_PIPE_CLOSED = 141


def run() -> None:
    """Run the command line in ``sys.argv`` and leave with its exit code, at once.

    What was made is neither searched for garbage nor taken apart: of thousands of SLOs that takes
    as long as compiling them.
    """
    import gc

    gc.disable()
    code = main()
    try:
        sys.stderr.flush()
    finally:
        os._exit(code)


def main() -> int:
    """Run the command line in ``sys.argv``; return its exit code."""
    try:
        return _answer()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return EXIT_PIPE_CLOSED
    except Exception as crash:  # noqa: BLE001 -- the last resort: a crash becomes a report
        sys.stderr.write(_crash_report(crash))
        return EXIT_INTERNAL


def _answer() -> int:
    """Say the version, or hand over to the commands; return 4 when the packages are not ours."""
    foreign = _foreign_package()
    if foreign is not None:
        sys.stderr.write(_foreign_report(foreign))
        return EXIT_INTERNAL
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"opsc {compiler.VERSION}\n")
        code = 0
    else:
        from compiler import commands

        code = commands.main()
    sys.stdout.flush()
    return code


def _foreign_package() -> str | None:
    """Return the name of an import package that another distribution overwrote, or None."""
    for name in ("compiler", "runtime"):
        try:
            package = __import__(name)
        except ImportError:
            return name
        if getattr(package, "DISTRIBUTION", None) != "opsc":
            return name
    return None


def _foreign_report(name: str) -> str:
    return (
        f"opsc: the import package `{name}` is not opsc's: another distribution of this name"
        " replaced or removed it\n"
        f"help: install opsc into an environment of its own, without a distribution `{name}`\n"
    )


def _crash_report(crash: Exception) -> str:
    """Return what to say about a crash: its kind and place; its text may hold a spec's values."""
    import traceback

    if os.environ.get("OPSC_TRACEBACK") == "1":
        return "".join(traceback.format_exception(crash))
    place = traceback.extract_tb(crash.__traceback__)[-1]
    file = "/".join(place.filename.split(os.sep)[-3:])
    return (
        f"opsc: internal error: {type(crash).__name__} at {file}:{place.lineno}\n"
        "This is a fault of opsc, not of the spec. OPSC_TRACEBACK=1 shows the whole trace.\n"
    )


def _discard_output() -> None:
    """Point stdout at nothing, so that the interpreter's last flush has nowhere to fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


if __name__ == "__main__":
    run()
