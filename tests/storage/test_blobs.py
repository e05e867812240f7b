"""The store of files: same bytes same address, nothing half-written, no trust in names."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.errors import FileTooBig
from storage.blobs import Blobs

ROOT = Path(__file__).parents[2]
MB = 1_000_000
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def files_under(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_bytes_are_found_under_their_hash(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "media")
    stored = blobs.put(io.BytesIO(b"before the repair"), limit=MB)
    assert stored.sha256 == hashlib.sha256(b"before the repair").hexdigest()
    assert stored.size == 17
    assert blobs.exists(stored.sha256)
    with blobs.open(stored.sha256) as stream:
        assert stream.read() == b"before the repair"
    assert blobs.path(stored.sha256).relative_to(blobs.root).as_posix() == (f"{stored.sha256[:2]}/{stored.sha256[2:]}")


def test_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    source = tmp_path.parent / "photo.jpg"
    source.write_bytes(b"x" * 3_000_000)
    assert blobs.put(source, limit=5 * MB) == blobs.put(source, limit=5 * MB)
    assert len(files_under(tmp_path)) == 1
    assert len(list(blobs)) == 1


def test_a_file_over_the_limit_leaves_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with pytest.raises(FileTooBig) as refused:
        blobs.put(io.BytesIO(b"x" * 2_000_001), limit=2 * MB)
    assert refused.value.limit_mb == 2
    assert files_under(tmp_path) == []


def test_a_file_of_exactly_the_limit_is_stored(tmp_path: Path) -> None:
    assert Blobs(tmp_path).put(io.BytesIO(b"x" * 2_000_000), limit=2 * MB).size == 2_000_000


def test_an_endless_stream_is_cut_at_the_limit(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"\0" * size

    endless = Endless()
    with pytest.raises(FileTooBig):
        Blobs(tmp_path).put(endless, limit=3 * MB)  # type: ignore[arg-type]
    assert endless.given < 6 * MB
    assert files_under(tmp_path) == []


def test_a_download_that_dies_half_way_leaves_nothing(tmp_path: Path) -> None:
    class Dying(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(10)

    with pytest.raises(ConnectionResetError):
        Blobs(tmp_path).put(Dying(b"y" * 100), limit=MB)
    assert files_under(tmp_path) == []


def test_chunks_of_a_network_stream_are_kept_only_on_keep(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    with blobs.incoming(limit=MB) as incoming:
        incoming.write(b"half")
    assert files_under(tmp_path) == []
    with blobs.incoming(limit=MB) as incoming:
        incoming.write(b"wh")
        incoming.write(b"ole")
        stored = incoming.keep()
    assert blobs.path(stored.sha256).read_bytes() == b"whole"


def test_a_damaged_file_is_noticed_and_healed_by_the_same_bytes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    stored = blobs.put(io.BytesIO(b"evidence"), limit=MB)
    assert blobs.verify(stored.sha256)
    address = blobs.path(stored.sha256)
    address.chmod(0o640)
    address.write_bytes(b"evidencf")
    assert not blobs.verify(stored.sha256)
    blobs.put(io.BytesIO(b"evidence"), limit=MB)
    assert blobs.verify(stored.sha256)


def test_a_lost_file_does_not_verify(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    stored = blobs.put(io.BytesIO(b"evidence"), limit=MB)
    blobs.remove(stored.sha256)
    assert not blobs.exists(stored.sha256)
    assert not blobs.verify(stored.sha256)
    blobs.remove(stored.sha256)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "", "/etc/hosts"])
def test_only_a_hash_is_an_address(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a sha256"):
        Blobs(tmp_path).path(name)


def test_listing_shows_stored_files_and_nothing_else(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    first = blobs.put(io.BytesIO(b"1"), limit=MB)
    second = blobs.put(io.BytesIO(b"22"), limit=MB)
    (tmp_path / "readme.txt").write_text("a stranger")
    (tmp_path / ".incoming" / "crumb").write_text("unfinished")
    assert {(entry.sha256, entry.size) for entry in blobs} == {(first.sha256, 1), (second.sha256, 2)}
    assert all(entry.touched_at.tzinfo is UTC for entry in blobs)


def test_crumbs_are_swept_by_age_and_files_stay(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    stored = blobs.put(io.BytesIO(b"1"), limit=MB)
    crumb = tmp_path / ".incoming" / "crumb"
    crumb.write_text("unfinished")
    written = datetime.fromtimestamp(crumb.stat().st_mtime, UTC)
    assert blobs.sweep_temp(before=written - timedelta(hours=1)) == 0
    assert blobs.sweep_temp(before=LATER) == 1
    assert not crumb.exists()
    assert blobs.verify(stored.sha256)


def test_many_threads_may_put_the_same_bytes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    failures: list[BaseException] = []

    def put() -> None:
        try:
            for _ in range(10):
                assert blobs.verify(blobs.put(io.BytesIO(b"z" * 100_000), limit=MB).sha256)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=put) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(files_under(tmp_path)) == 1


def test_a_kill_at_any_moment_leaves_whole_files_and_crumbs_only(tmp_path: Path) -> None:
    program = (
        "import io, sys\n"
        "from pathlib import Path\n"
        "from storage.blobs import Blobs\n"
        "blobs = Blobs(Path(sys.argv[1]))\n"
        "print('up', flush=True)\n"
        "for number in range(10**9):\n"
        "    blobs.put(io.BytesIO(b'%d' % number * 400_000), limit=10**8)\n"
        "    print(number, flush=True)\n"
    )
    reported = 0
    for kill_after in (1, 3, 5):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
        )
        assert child.stdout is not None
        for _ in range(kill_after + 1):
            reported += bool(child.stdout.readline().strip().isdigit())
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    blobs = Blobs(tmp_path)
    entries = list(blobs)
    assert reported == 9
    assert len(entries) >= 5
    assert all(blobs.verify(entry.sha256) for entry in entries)
    blobs.sweep_temp(before=LATER)
    assert len(files_under(tmp_path)) == len(entries)
