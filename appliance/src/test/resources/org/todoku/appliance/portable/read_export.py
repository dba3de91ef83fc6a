# Reads an export with docs/export-format.md alone and prints what it found as one JSON object.
import csv, hashlib, io, json, re, sys, zipfile


def kinds(document):
    """The tables of the document: file -> field -> kind."""
    found, current = {}, None
    for line in document.splitlines():
        heading = re.match(r"### `([^`]+\.(?:csv|jsonl))`", line)
        if line.startswith("#"):
            current = heading.group(1) if heading else None
            if current:
                found[current] = {}
        row = re.match(r"\| `([A-Za-z0-9]+)` \| ([^|]+) \|", line)
        if current and row:
            found[current][row.group(1)] = row.group(2).strip()
    return found


def check(name, field, kind, value, ids):
    optional = kind.endswith("or nothing")
    kind = kind.replace(" or nothing", "")
    if value is None or (optional and value == ""):
        assert optional, f"{name}: {field} is missing"
        return
    if kind == "id":
        assert re.fullmatch(r"[0-9]{1,19}", value), (name, field, value)
    elif kind.startswith("→"):
        target = re.search(r"`([^`]+)`", kind).group(1)
        assert value in ids[target], f"{name}: {field} names {value}, which is not in {target}"
    elif kind == "time":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value), (name, field, value)
    elif kind == "number":
        assert re.fullmatch(r"-?\d+", str(value)), (name, field, value)
    elif kind == "flag":
        assert value in (True, False, "true", "false"), (name, field, value)
    elif kind == "object":
        assert set(value) <= {"everyone", "profile", "members"} and len(value) == 1
        for member in value.get("members", []):
            assert member in ids["members.csv"]
    elif kind.startswith("array"):
        assert all(isinstance(one, str) for one in value)
    else:
        assert isinstance(value, str), (name, field, value)


def records(name, content):
    if name.endswith(".csv"):
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [json.loads(line) for line in content.decode("utf-8").split("\n") if line]


def main(document, file):
    tables = kinds(open(document, encoding="utf-8").read())
    with zipfile.ZipFile(file) as zip_file:
        manifest = json.loads(zip_file.read("manifest.json"))
        assert manifest["format"] == "todoku-export" and manifest["version"] == 1
        named = {part["name"]: part for part in manifest["files"]}
        assert set(zip_file.namelist()) == set(named) | {"manifest.json"}
        for name, part in named.items():
            content = zip_file.read(name)
            assert len(content) == part["bytes"], name
            assert hashlib.sha256(content).hexdigest() == part["sha256"], name
        read = {name: records(name, zip_file.read(name)) for name in tables}
    ids = {name: {r["id"] for r in rows if "id" in r} for name, rows in read.items()}
    for name, rows in read.items():
        assert len(rows) == named[name]["rows"], name
        for record in rows:
            assert set(record) <= set(tables[name]), (name, set(record) - set(tables[name]))
            for field, kind in tables[name].items():
                check(name, field, kind, record.get(field), ids)
    for mail in read["received-mails.jsonl"]:
        assert f"mails/{mail['id']}.eml" in named
    for attachment in read["attachments.csv"]:
        known = f"attachments/{attachment['sha256']}" in named
        assert known or attachment["sha256"] in manifest["missing"]
    print(json.dumps({
        "organisation": manifest["organisation"]["name"],
        "rows": {name: len(rows) for name, rows in read.items()},
        "names": sorted(m["name"] for m in read["members.csv"]),
    }, ensure_ascii=True))


main(*sys.argv[1:])
