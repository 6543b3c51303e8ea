"""Says of each JSON document whether it satisfies a JSON Schema (draft 7), by the library jsonschema.

Usage: schema_check.py SCHEMA DOCUMENTS, the second a file with one document a line. Prints one line for each: "ok", or
where the document is off the schema and why. Fails if the schema itself is no schema.
"""
import json
import sys

from jsonschema import Draft7Validator

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft7Validator.check_schema(schema)
validator = Draft7Validator(schema)
with open(sys.argv[2], encoding="utf-8") as documents:
    for document in documents:
        error = next(validator.iter_errors(json.loads(document)), None)
        print("ok" if error is None else ascii(f"{list(error.absolute_path)}: {error.message}")[:200])
