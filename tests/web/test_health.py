"""The two addresses for whoever runs the server."""

from flask.testing import FlaskClient


def test_alive_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert all(ready.get_json().values())
