"""Looks for secrets in what a process leaves behind: its memory, a core dump of it, its logs. Needs root, as a thief of memory would.

Pages with the flag `dd` (MADV_DONTDUMP) are left out of core dumps: a key may lie there, and nowhere else.
"""
import shutil
import subprocess
from pathlib import Path


class Found:
    def __init__(self):
        self.dumped: set[str] = set()  # names of secrets in pages that a core dump holds
        self.kept: set[str] = set()  # names of secrets in pages that it does not hold
        self.locked = True  # whether all of those are locked against swapping
        self.bytes = 0


def memory(pid: int, secrets: dict[str, bytes]) -> Found | None:
    """All readable mappings of `pid`; None where this user may not read them."""
    regions, found = [], Found()
    try:
        for line in open(f"/proc/{pid}/smaps"):
            first = line.split()[0]
            if "-" in first and not first.endswith(":"):
                start, end = (int(part, 16) for part in first.split("-"))
                regions.append([start, end, line.split()[1], ""])
            elif line.startswith("VmFlags:"):
                regions[-1][3] = line + " "
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
            for start, end, mode, flags in regions:
                if "r" not in mode:
                    continue
                tail = b""
                for at in range(start, end, 64 << 20):
                    try:
                        file.seek(at)
                        part = file.read(min(64 << 20, end - at))
                    except (OSError, ValueError, OverflowError):
                        break
                    found.bytes += len(part)
                    content, tail = tail + part, part[-256:]
                    for name, secret in secrets.items():
                        if secret in content:
                            if " dd " in flags:
                                found.kept.add(name)
                                found.locked &= " lo " in flags
                            else:
                                found.dumped.add(name)
    except PermissionError:
        return None
    return found


def core(pid: int, folder: Path, secrets: dict[str, bytes]) -> set[str] | None:
    """Names of secrets in a core dump that gdb's gcore makes of `pid`; None without gcore."""
    if not shutil.which("gcore"):
        return None
    subprocess.run(["gcore", "-o", str(folder / "core"), str(pid)], capture_output=True, timeout=300)
    names = set()
    for file in folder.glob("core.*"):
        content = file.read_bytes()
        names |= {name for name, secret in secrets.items() if secret in content}
        file.unlink()
        return names
    return None


def forms(name: str, key: bytes) -> dict[str, bytes]:
    """A key as raw bytes and as text."""
    return {name: key, f"{name} in hex": key.hex().encode(), f"{name} in upper hex": key.hex().upper().encode()}


def core_limit(pid: int) -> str:
    """The soft limit of core files, as the kernel says."""
    return next(line.split()[4] for line in open(f"/proc/{pid}/limits") if line.startswith("Max core file size"))


def texts(paths, secrets: dict[str, bytes]) -> set[str]:
    """Names of secrets in files."""
    return {name for path in paths for name, secret in secrets.items() if secret in Path(path).read_bytes()}
