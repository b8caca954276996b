"""Short recordings made for the tests: grey pictures and silence, in every container that tablets write."""

import io

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

LOCATION = {"location": "+50.0614+019.9366/", "title": "Marta's private phone"}
"""What phones put beside picture and sound."""


def recording(kind: str = "mp4", picture: str = "libx264", sound: str = "aac", *, seconds: int = 2) -> bytes:
    """A recording in the container ``kind``; ``picture`` or ``sound`` may be empty."""
    target = io.BytesIO()
    with av.open(target, "w", format=kind) as output:
        output.metadata.update(LOCATION)
        seen = output.add_stream(picture, rate=10) if picture else None
        heard = output.add_stream(sound, rate=48000) if sound else None
        if isinstance(heard, AudioStream):
            heard.layout = "mono"
        if isinstance(seen, VideoStream):
            seen.width, seen.height, seen.pix_fmt = 64, 48, "yuv420p"
            for n in range(seconds * 10):
                frame = av.VideoFrame(64, 48, "yuv420p")
                for plane in frame.planes:
                    plane.update(bytes([n * 7 % 255]) * plane.buffer_size)
                frame.pts = n
                output.mux(seen.encode(frame))
            output.mux(seen.encode(None))
        if isinstance(heard, AudioStream):
            heard.open(strict=False)
            size = heard.codec_context.frame_size or 1024
            for n in range(seconds * 48000 // size):
                silence = av.AudioFrame(heard.format.name, "mono", size)
                for part in silence.planes:
                    part.update(bytes(part.buffer_size))
                silence.sample_rate, silence.pts = 48000, n * size
                output.mux(heard.encode(silence))
            output.mux(heard.encode(None))
    return target.getvalue()
