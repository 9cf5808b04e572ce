"""What lies at a path: files, folders, and what is packed in zip and tar archives.

Archives are read in place. Nothing is written under a name that an archive gives, so a path that
climbs out can do no harm; it is refused all the same, for it says where an issue belongs.
"""

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, cast

from articles.ingest.formats import Entry, Origin, Rejected
from articles.ingest.page_pictures import has_suffix

# Chinese text packs to a fifth; what packs to a five-hundredth is a bomb, or not worth reading.
_LARGEST_RATIO = 500
_LARGE = 64 * 2**20
_MOST_ENTRIES = 2_000_000
_LARGEST_SIBLING = 256 * 2**20
# A flag of zip: the name is in UTF-8.
_UTF8_NAME = 0x800
_COMPRESSED: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
# What reading a damaged file or archive raises.
DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, EOFError, lzma.LZMAError, OSError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


class Meter:
    """How much of the files that were named was read, in bytes."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.total = sum(file.stat().st_size for path in paths for file in _files(path))
        self._done = 0
        self._stream: BinaryIO | None = None

    def done(self) -> int:
        """Return how many bytes were read so far."""
        return self._done + (self._stream.tell() if self._stream else 0)

    def begin(self, stream: BinaryIO) -> None:
        """Count a file that is now open."""
        self._stream = stream

    def end(self, file: Path) -> None:
        """Count a file as read."""
        self._stream = None
        self._done += file.stat().st_size


def _files(path: Path) -> list[Path]:
    """Return the files at or below a path, in the order of their names, but hidden ones."""
    if not path.is_dir():
        return [path] if path.is_file() else []
    return [
        file
        for file in sorted(path.rglob("*"), key=lambda file: file.parts)
        if file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]


def find(path: Path, meter: Meter) -> Iterator[Entry | Rejected]:
    """Yield every file at or below a path, in the order of their names.

    Hidden files are passed over. An entry must be read before the next is asked for.
    """
    files = _files(path)
    if not files:
        reason = "there is no file in it" if path.is_dir() else "there is no such file"
        yield Rejected(Origin(str(path)), reason)
    for file in files:
        below = (path.name, *file.relative_to(path).parts)
        yield from _file(
            file, below if path.is_dir() else path.absolute().parts[-3:], meter
        )


def _file(
    file: Path, parts: tuple[str, ...], meter: Meter
) -> Iterator[Entry | Rejected]:
    try:
        with file.open("rb") as stream:
            meter.begin(stream)
            yield from _opened(stream, str(file), parts, _beside(file))
        meter.end(file)
    except DAMAGED as error:
        # A line of progress may be due now, and the file is closed.
        meter.end(file)
        yield unreadable(str(file), error)


def _opened(
    stream: BinaryIO,
    name: str,
    parts: tuple[str, ...],
    sibling: Callable[[str], bytes | None],
) -> Iterator[Entry | Rejected]:
    head = stream.read(512)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        yield from _zip(stream, name)
        return
    if head.startswith(tuple(_COMPRESSED)):
        inner = _decompressed(stream)
        if _is_tar(inner.peek(512)):  # type: ignore[attr-defined]
            yield from _tar(inner, name)
        else:
            yield Entry(name, _without_suffix(parts), inner, sibling)
        return
    if _is_tar(head):
        yield from _tar(stream, name)
        return
    yield Entry(name, parts, stream, sibling)


class _Bounded(io.RawIOBase):
    """What a compressed stream unpacks to, until it is too much to be text."""

    def __init__(self, unpacked: Any, packed: BinaryIO) -> None:
        super().__init__()
        self._unpacked, self._packed = unpacked, packed
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._unpacked.read(len(buffer))
        buffer[: len(data)] = data
        self._size += len(data)
        if self._size > _LARGE and self._size > _LARGEST_RATIO * self._packed.tell():
            raise ValueError("it unpacks to far more than its size: no text does")
        return len(data)


def _without_suffix(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path that a compressed file had before: page.txt.gz was page.txt."""
    return (*parts[:-1], parts[-1].rsplit(".", 1)[0])


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def unreadable(name: str, error: BaseException) -> Rejected:
    """Return the report of a file that ended early, or is damaged, or may not be read."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Rejected(Origin(name), f"it cannot be read: {said}")


def _beside(file: Path) -> Callable[[str], bytes | None]:
    def sibling(name: str) -> bytes | None:
        other = (file.parent / name).resolve()
        if not other.is_relative_to(file.parent.resolve()) or not other.is_file():
            return None
        return other.read_bytes() if other.stat().st_size <= _LARGEST_SIBLING else None

    return sibling


def _climbs_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]


def _inner(archive: str, name: str) -> tuple[str, tuple[str, ...]]:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return f"{archive}!{name}", (Path(archive).name.split(".")[0], *parts)


# ---- zip


def _zip(stream: BinaryIO, archive: str) -> Iterator[Entry | Rejected]:
    with zipfile.ZipFile(stream) as packed:
        infos = [(_zip_name(info), info) for info in packed.infolist()]
        if len(infos) > _MOST_ENTRIES:
            yield Rejected(Origin(archive), f"an archive of {len(infos)} files")
            return
        # Files of a bomb may share their bytes, so that each is no bomb by itself.
        size = sum(i.file_size for name, i in infos if not _zip_refusal(name, i))
        ratio = size / max(stream.seek(0, io.SEEK_END), 1)
        if size > _LARGE and ratio > _LARGEST_RATIO:
            yield Rejected(Origin(archive), _too_much(ratio))
            return
        known = dict(infos)
        for stored_name, info in sorted(infos, key=itemgetter(0)):
            name, parts = _inner(archive, stored_name)
            if reason := _zip_refusal(stored_name, info):
                yield Rejected(Origin(name), reason)
                continue
            if info.is_dir() or any(part.startswith(".") for part in parts[1:]):
                continue
            try:
                with packed.open(info) as file:
                    yield from _unpacked(
                        cast("BinaryIO", file),
                        name,
                        parts,
                        _in_zip(packed, known, stored_name),
                    )
            except DAMAGED as error:
                yield unreadable(name, error)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a file: one without a mark of UTF-8 may be in that of Windows."""
    if info.flag_bits & _UTF8_NAME or info.filename.isascii():
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode(encoding)
    return info.filename


def _too_much(ratio: float) -> str:
    return f"it unpacks to {ratio:.0f} times its size: no text does"


def _zip_refusal(name: str, info: zipfile.ZipInfo) -> str:
    if _climbs_out(name):
        return "its path climbs out of the archive"
    if info.external_attr >> 28 == 0xA:
        return "it is a link"
    if info.flag_bits & 1:
        return "it is encrypted"
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > _LARGE and ratio > _LARGEST_RATIO:
        return _too_much(ratio)
    return ""


def _in_zip(
    packed: zipfile.ZipFile, known: dict[str, zipfile.ZipInfo], stored_name: str
) -> Callable[[str], bytes | None]:
    folder = PurePosixPath(stored_name).parent

    def sibling(name: str) -> bytes | None:
        path = str(folder / name)
        other = known.get(path)
        if other is None or other.file_size > _LARGEST_SIBLING:
            return None
        if _zip_refusal(path, other):
            return None
        return packed.read(other)

    return sibling


# ---- tar


def _tar(stream: BinaryIO, archive: str) -> Iterator[Entry | Rejected]:
    count = 0
    with (
        tarfile.open(fileobj=stream, mode="r|") as packed,
        tempfile.TemporaryFile() as copies,
    ):
        pages = _TarPages(archive, copies)
        for member in packed:
            count += 1
            if count > _MOST_ENTRIES:
                yield Rejected(Origin(archive), f"an archive of over {count - 1} files")
                return
            name, parts = _inner(archive, member.name)
            if _climbs_out(member.name):
                yield Rejected(Origin(name), "its path climbs out of the archive")
                continue
            if member.isdir() or any(part.startswith(".") for part in parts[1:]):
                continue
            if not member.isfile():
                yield Rejected(Origin(name), "it is a link or a device")
            else:
                file = cast("BinaryIO", packed.extractfile(member))
                folder = PurePosixPath(member.name).parent
                yield from _unpacked(file, name, parts, pages.beside(folder))


class _TarPages:
    """The pages and pictures of a tar archive by name, for the files that ask for one another.

    A tar file is read from its beginning to its end, so when the first is asked for, the
    archive is gone through once more and they are copied into a temporary file without a name.
    """

    def __init__(self, archive: str, copies: IO[bytes]) -> None:
        self._archive = archive
        self._copies = copies
        self._places: dict[str, tuple[int, int]] | None = None

    def beside(self, folder: PurePosixPath) -> Callable[[str], bytes | None]:
        """Return what reads a file by its name within a folder."""

        def sibling(name: str) -> bytes | None:
            if self._places is None:
                self._places = dict(self._copied())
            start, size = self._places.get(str(folder / name), (0, -1))
            if size < 0:
                return None
            self._copies.seek(start)
            return self._copies.read(size)

        return sibling

    def _copied(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Copy the files; yield the name of each with where its copy begins and its size."""
        with (
            Path(self._archive).open("rb") as stream,
            tarfile.open(fileobj=_decompressed(stream), mode="r|") as packed,
        ):
            for member in packed:
                is_asked_for = member.name.lower().endswith((".xml", ".txt"))
                is_page = member.isfile() and (is_asked_for or has_suffix(member.name))
                if not is_page or _climbs_out(member.name):
                    continue
                if member.size <= _LARGEST_SIBLING:
                    place = self._copies.tell(), member.size
                    file = cast("BinaryIO", packed.extractfile(member))
                    shutil.copyfileobj(file, self._copies)
                    yield str(PurePosixPath(member.name)), place


def _decompressed(stream: BinaryIO) -> BinaryIO:
    """Return what a file unpacks to, or the file where it is not compressed."""
    head = stream.read(512)
    stream.seek(0)
    for magic, opener in _COMPRESSED.items():
        if head.startswith(magic):
            bounded = _Bounded(opener(stream), stream)
            return cast("BinaryIO", io.BufferedReader(bounded))
    return stream


def _unpacked(
    file: BinaryIO,
    name: str,
    parts: tuple[str, ...],
    sibling: Callable[[str], bytes | None],
) -> Iterator[Entry | Rejected]:
    buffered = io.BufferedReader(cast("io.RawIOBase", file))
    head = buffered.peek(512)
    if head.startswith((b"PK\x03\x04", *_COMPRESSED)) or _is_tar(head):
        yield Rejected(Origin(name), "an archive within an archive: unpack it first")
        return
    yield Entry(name, parts, cast("BinaryIO", buffered), sibling)
