"""A receiver as users of KAI have it: FastAPI, and a queue for each session.

Written for this comparison from the contract's description of the existing receiver: one queue a session, read by whoever
streams; a stream ends after `done` or after 300 s of silence. Served by uvicorn with uvloop and httptools, one process (the
queues are in its memory) and no access log.
"""

import asyncio
import json
import sys
from collections import defaultdict
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

app = FastAPI()
queues: defaultdict[str, asyncio.Queue] = defaultdict(asyncio.Queue)


class Delivery(BaseModel):
    session_id: str
    event: dict[str, Any]


@app.post("/events/{session_id}")
async def receive(session_id: str, delivery: Delivery):
    await queues[session_id].put(delivery.event)
    return {"status": "ok"}


@app.get("/stream/{session_id}")
async def stream(session_id: str):
    async def frames():
        queue = queues[session_id]
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), timeout=300)
            except asyncio.TimeoutError:
                yield "event: timeout\ndata: {}\n\n"
                return
            kind = event.get("type", "message")
            yield f"event: {kind}\ndata: {json.dumps(event)}\n\n"
            if kind == "done":
                return

    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(frames(), media_type="text/event-stream", headers=headers)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
