"""The version of this copy, in one place: the package's metadata is made from it. Rules: docs/versioning.md."""

VERSION = "0.1.0"
