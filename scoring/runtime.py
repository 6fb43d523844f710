"""onnxruntime, kept from talking: whoever needs it takes it from here and nowhere else."""

import os

# Since version 1.29 it reports every process and every model to Microsoft, and keeps an id of the
# machine in the user's cache. Only this variable stops it, and only before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

from onnxruntime import InferenceSession, SessionOptions
from onnxruntime.capi.onnxruntime_pybind11_state import (
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    RuntimeException,
)

__all__ = ["REFUSALS", "InferenceSession", "SessionOptions"]

# What it raises at a file that is no model, or at an input that the model does not take. They
# share no base.
REFUSALS = (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, RuntimeException)
