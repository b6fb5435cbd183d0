"""Spark: the second engine, for a site that has a cluster already (docs/scale.md).

What may enter: what differs on Spark.
"""

from hiu.engine.spark.engine import SparkEngine
from hiu.engine.spark.session import connect

__all__ = ["SparkEngine", "connect"]
