"""Spark over the same files, for what one machine is too small for. Needs the extra ``spark`` and a Java."""

from collections.abc import Sequence

import ibis
import pyarrow as pa

from chengyun.lake.engines import Engine, Opener


def spark(master: str) -> Opener:
    """An engine at a master: ``local[2]``, ``local-cluster[2,1,1024]``, ``spark://host:7077``.

    Every worker must find the files at the same path.

    Raises
    ------
    ImportError
        The extra ``spark`` is not installed.
    """
    from pyspark.sql import SparkSession

    class Spark:
        def __init__(self, name: str, schema: pa.Schema, paths: Sequence[str]) -> None:
            self.session = (
                SparkSession.builder.master(master)
                .appName("chengyun")
                .config("spark.ui.enabled", "false")
                .config("spark.ui.showConsoleProgress", "false")
                .config("spark.sql.session.timeZone", "UTC")
                .getOrCreate()
            )
            self.session.sparkContext.setLogLevel("ERROR")
            rows = (
                self.session.read.parquet(*paths)
                if paths
                else self.session.createDataFrame(schema.empty_table())
            )
            rows.createOrReplaceTempView(name)

        def asked(self, expression: ibis.Table) -> pa.Table:
            words = str(ibis.to_sql(expression, dialect="pyspark"))
            return self.session.sql(words).toArrow()

        def close(self) -> None:
            self.session.stop()

    def opened(name: str, schema: pa.Schema, paths: Sequence[str]) -> Engine:
        return Spark(name, schema, paths)

    return opened
