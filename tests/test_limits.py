"""A body over the limit is refused before it is read, by page and by API."""

import pytest
from django.conf import settings
from django.test import Client

TOO_MUCH = str(200 * settings.MEGABYTE)


@pytest.mark.django_db
def test_the_api_answers_in_its_shape() -> None:
    answer = Client().post("/api/v1/cases", b"", "application/json", CONTENT_LENGTH=TOO_MUCH)
    assert answer.status_code == 413
    assert answer.json()["error"] == "too_large"
    assert "100 MB" in answer.json()["message"]


@pytest.mark.django_db
def test_a_page_says_it_in_a_sentence() -> None:
    answer = Client().post(
        "/login/", b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=TOO_MUCH
    )
    assert answer.status_code == 413
    assert "一次最多 100 MB" in answer.content.decode()
