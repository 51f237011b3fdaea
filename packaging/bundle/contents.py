"""What goes into the bundle besides code, and what stays out. Plain data, so that the tests can read it."""

from __future__ import annotations

import re

DATA = (
    ("resources", "resources"),
    ("studio/widgets/icons", "studio/widgets/icons"),
    ("LICENSE", "."),
)
"""(path in the project, folder in the bundle)."""

EXCLUDED_MODULES = [
    "tkinter", "matplotlib", "IPython", "pytest", "PIL", "scipy", "pandas", "tensorboard", "torch.utils.tensorboard",
    "torchvision", "triton",
    # torch's compiler, and what only it, exporters and clusters need; hooks/without_compiler.py stands in for it
    "torch._dynamo", "torch._inductor", "torch._numpy", "torch.onnx", "sympy", "networkx", "mpmath",
    "torch.distributed.elastic", "torch.distributed.launcher", "torch.distributed.pipelining",
    # a model divided among processes plans with symbolic algebra; `bit-llama train --shard` says so in a bundle
    "torch.distributed.checkpoint", "torch.distributed.fsdp",
    "readline",  # GNU's: the GPL does not go with the MKL that torch brings
    "huggingface_hub", "fsspec", "setuptools", "pip", "mypy", "ruff",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtDesigner", "PySide6.QtSql", "PySide6.QtTest", "PySide6.QtHelp",
    "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtUiTools",
]  # fmt: skip
"""Modules that other packages can use where they are, and that this program never does."""

_NOT_NEEDED = tuple(
    re.compile(pattern)
    for pattern in (
        r"torch/include/",
        r"torch/share/",
        r"torch/bin/(?!torch_shm_manager)",
        r"torch/(test|_export/db|utils/benchmark)/",
        r"torch/lib/lib(torchbind_test|jitbackend_test|backend_with_compiler|aoti_custom_ops)\.",
        r".*\.(lib|a|h|hpp|cmake|pyi)$",
        r"PySide6/Qt/qml/",
        r"PySide6/Qt/translations/(?!qtbase_(en|ja))",
        r"PySide6/(Qt/)?plugins/(sqldrivers|qmltooling|designer|multimedia|texttospeech|canbus|egldeviceintegrations)/",
        r".*(lib)?Qt6(Qml|Quick|Designer|Pdf|WebEngine|VirtualKeyboard|3D).*",
        r".*/plugins/platforminputcontexts/.*virtualkeyboard.*",
        r".*/plugins/platformthemes/libqgtk3.*",  # the theme is our own, and GTK would have to be there
        r".*/plugins/platforms/.*(eglfs|linuxfb|vnc|vkkhrdisplay|wayland-brcm).*",
    )
)


def is_needed(name: str) -> bool:
    """Whether a file of the bundle, named by its path in it, is one that the program uses."""
    path = name.replace("\\", "/")
    return not any(pattern.match(path) for pattern in _NOT_NEEDED)


def is_to_strip(name: str) -> bool:
    """Whether a library, named by its path in the bundle, carries symbols that only its makers need."""
    return _WITH_SYMBOLS.fullmatch(name) is not None


_WITH_SYMBOLS = re.compile(r"_internal/(torch/lib/libtorch.*\.so|libpython3.*\.so.*|python3\.\d+/lib-dynload/.*\.so)")


BUDGET_COMPRESSED, BUDGET_UNPACKED = 350 * 1024**2, 1100 * 1024**2
"""Bytes that the bundle may have."""
