"""Static files: of the browser packages only what pages load is copied, hashed and compressed."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class Static(StaticFilesConfig):
    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.map",
        "*.d.ts",
        "*-dev.mjs",
        "*.amd.js",
        "*.cjs.js",
        "htmx.js",
        "htmx.min.js*",
        "echarts*.js",
        "echarts.esm.mjs",
        "package.json",
        "ext",
        "extension",
    ]
