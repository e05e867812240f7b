"""`python -m core cover` as a stranger uses it: another process, its output, its exit code."""

import json
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.databases import PostgresServer, SqliteFiles
from tests.imports.test_command import run
from tests.make.directories import add_client, add_contractor, add_site


@pytest.fixture
def url(databases: SqliteFiles | PostgresServer, database_url: str) -> str:
    """Two regions; in the far one there is nobody."""
    engine: Engine = databases.engine(database_url)
    with Session(engine) as session, session.begin():
        client = add_client(session)
        for city in ("Москва", "Москва", "Химки"):
            add_site(session, client, city=city)
        add_site(session, client, region="Омская область", city="Омск [3]", lat=54.98, lon=73.32, zone="Asia/Omsk")
        add_contractor(session, skills=["Электрика", "Сантехника"])
        add_contractor(session, skills=["Электрика"])
    engine.dispose()
    return database_url


def test_json_is_everything_worst_first_and_nothing_else(url: str) -> None:
    told = run(url, "cover", "--json")

    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert list(report) == ["sites", "contractors", "enough_from", "skills"]
    assert (report["sites"], report["contractors"], report["enough_from"]) == (4, 2, 3)
    plumbing, electrics = report["skills"]
    assert (plumbing["skill"], electrics["skill"]) == ("Сантехника", "Электрика")
    levels = ("nobody", "one", "few", "enough")
    assert [plumbing[level] for level in levels] == [1, 3, 0, 0]
    assert [electrics[level] for level in levels] == [1, 0, 3, 0]
    assert [region["region"] for region in electrics["regions"]] == ["Омская область", "Москва"]
    assert electrics["regions"][1]["cities"] == [
        {"city": "Москва", "nobody": 0, "one": 0, "few": 2, "enough": 0},
        {"city": "Химки", "nobody": 0, "one": 0, "few": 1, "enough": 0},
    ]


def test_a_skill_and_a_region_are_named_in_part_and_list_the_sites(url: str) -> None:
    told = run(url, "cover", "--skill", "электр", "--region", "ОМСК", "--json")

    report = json.loads(told.stdout)
    assert (report["sites"], len(report["skills"]), report["skills"][0]["nobody"]) == (1, 1, 1)
    (site,) = report["list"]
    assert (site["city"], site["in_reach"], site["level"]) == ("Омск [3]", 0, "nobody")

    spoken = run(url, "cover", "--skill", "Электрика", "--region", "Омская область")
    assert spoken.returncode == 0
    assert site["code"] in spoken.stdout
    assert "Омск [3]" in spoken.stdout  # no markup


def test_the_table_names_the_worst_place_of_each_skill(url: str) -> None:
    spoken = run(url, "cover")

    assert spoken.returncode == 0, spoken.stderr
    assert "Омская область: 1 из 1" in spoken.stdout
    assert run(url, "cover", "--skill", "сант").stdout.count("Омская область") == 1
    assert run(url, "cover", "--region", "москва").stdout.count("Электрика") == 1


def test_the_picture_is_written_and_json_stays_alone(url: str, tmp_path: Path) -> None:
    for name, chosen in (("all.png", ()), ("one.png", ("--skill", "электр")), ("there.png", ("--region", "омск"))):
        told = run(url, "cover", "--png", tmp_path / name, "--json", *chosen)
        assert told.returncode == 0, told.stderr
        json.loads(told.stdout)
        with Image.open(tmp_path / name) as picture:
            assert (picture.format, picture.width) == ("PNG", 1080)


def test_what_is_not_there_is_said_with_code_two(url: str, empty_database_url: str, tmp_path: Path) -> None:
    for chosen, reason in (
        (("--skill", "пение"), "Электрика"),  # what there is
        (("--region", "о"), "подходит не одно"),
        (("--png", tmp_path / "a.jpg"), ".png"),
        (("--png", tmp_path / "no" / "a.png"), "папке"),
    ):
        told = run(url, "cover", *chosen)
        assert (told.returncode, told.stdout) == (2, ""), chosen
        assert reason in told.stderr


def test_empty_directories_are_said_to_be_empty(database_url: str, tmp_path: Path) -> None:
    assert json.loads(run(database_url, "cover", "--json").stdout)["skills"] == []
    assert "справочники" in run(database_url, "cover").stdout
    assert run(database_url, "cover", "--png", tmp_path / "a.png").returncode == 2
