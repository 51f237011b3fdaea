"""What of torch goes into the bundle: its libraries, and those modules that an import statement leads to.

The common hook takes every module there is: the compiler, the exporters, the tests.
"""

from importlib import metadata

from packaging.requirements import Requirement
from PyInstaller.compat import is_linux
from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_data_files, collect_dynamic_libs

warn_on_missing_hiddenimports = False
module_collection_mode = "pyz+py"  # configurations and scripts of torch read their own source
datas = collect_data_files("torch", includes=["bin/torch_shm_manager*"])
binaries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
# Links beside the program to libraries in torch/lib would hide from torch where its libraries lie.
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
hiddenimports = []

if is_linux:  # a torch for CUDA asks for its libraries as packages of their own
    from _pyinstaller_hooks_contrib.utils.nvidia_cuda import infer_hiddenimports_from_requirements

    asked = [Requirement(line) for line in metadata.requires("torch") or ()]
    hiddenimports += infer_hiddenimports_from_requirements(
        [one.name for one in asked if one.marker is None or one.marker.evaluate()]
    )
