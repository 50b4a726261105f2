"""The tiles of the map, for everybody who is logged in."""

from __future__ import annotations

import gzip

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from chengyun.city.places import tiles
from chengyun.kernel.errors import Missing
from chengyun.kernel.pages import door


@door()
def tile(request: HttpRequest, layer: str, z: int, x: int, y: int) -> HttpResponse:
    """One vector tile of one layer, or of all; 204 where there is nothing."""
    try:
        version, content = tiles.tile(layer, z, x, y)
    except (KeyError, ValueError) as error:
        raise Missing("没有这一块地图。") from error
    etag = f'"{version}-{layer}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    if not content:
        return HttpResponse(status=204, headers={"ETag": etag})
    return _answer(request, content, etag)


def _answer(request: HttpRequest, content: bytes, etag: str) -> HttpResponse:
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        content if packed else gzip.decompress(content),
        content_type="application/vnd.mapbox-vector-tile",
        headers={"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"},
    )
    if packed:
        response["Content-Encoding"] = "gzip"
    return response
