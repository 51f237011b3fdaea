@echo off
rem The commands of the Makefile for Windows (in PowerShell: .\make run). "set TORCH=..." chooses which PyTorch a new
rem environment gets: plain (for processors, the default), or the address of an index, for example one for CUDA.
setlocal
cd /d "%~dp0"
set PY=.venv\Scripts\python.exe
if "%TORCH%"=="" set TORCH=auto
if "%1"=="run" goto run
if "%1"=="chat" goto chat
if "%1"=="check" goto check
if "%1"=="test" goto test
if "%1"=="lint" goto lint
if "%1"=="format" goto format
if "%1"=="clean" goto clean
echo Usage: make run ^| chat ^| check ^| test ^| lint ^| format ^| clean
exit /b 2

:run
if not exist .venv\.installed call :install . .installed || exit /b 1
%PY% -m engine.cli fetch --optional || exit /b 1
%PY% -m studio
exit /b %errorlevel%

:chat
if not exist .venv\.installed call :install . .installed || exit /b 1
%PY% -m engine.cli fetch --optional || exit /b 1
%PY% -m engine.cli chat
exit /b %errorlevel%

:check
call :lint || exit /b 1
%PY% -m pytest --numprocesses auto --dist loadfile -m "not (slow or gui or package or gpu)"
exit /b %errorlevel%

:test
if not exist .venv\.installed-test call :install .[test] .installed-test || exit /b 1
%PY% -m pytest --numprocesses auto --dist loadfile
exit /b %errorlevel%

:lint
if not exist .venv\.installed-test call :install .[test] .installed-test || exit /b 1
%PY% -m ruff check . || exit /b 1
%PY% -m ruff format --check . || exit /b 1
%PY% -m mypy || exit /b 1
.venv\Scripts\lint-imports.exe
exit /b %errorlevel%

:format
if not exist .venv\.installed-test call :install .[test] .installed-test || exit /b 1
%PY% -m ruff check --fix . || exit /b 1
%PY% -m ruff format .
exit /b %errorlevel%

:clean
for %%f in (.venv build dist artifacts .pytest_cache .ruff_cache .mypy_cache .import_linter_cache) do if exist %%f rd /s /q %%f
exit /b 0

:install
if not exist %PY% (py -3 -m venv .venv || python -m venv .venv || exit /b 1)
%PY% packaging\install_torch.py %TORCH% || exit /b 1
%PY% -m pip install --disable-pip-version-check --quiet --editable %1 || exit /b 1
type nul > .venv\.installed
type nul > .venv\%2
exit /b 0
