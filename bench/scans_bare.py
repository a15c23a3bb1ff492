"""What the web framework alone takes: an endpoint that reads a body and drops it."""

import sys

import uvicorn
from fastapi import FastAPI, Request

app = FastAPI(openapi_url=None)


@app.get("/")
async def ready() -> None:
    """It answers."""


@app.post("/")
async def dropped(request: Request) -> dict[str, int]:
    """Answer when the whole body is there."""
    return {"bytes": len(await request.body())}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", server_header=False)
