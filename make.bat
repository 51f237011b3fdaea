@echo off
rem The two commands of the Makefile for Windows: "make run" and "make test" (in PowerShell: .\make run).
setlocal
cd /d "%~dp0"
set PY=.venv\Scripts\python.exe
if "%1"=="run" goto run
if "%1"=="test" goto test
echo Usage: make run ^| make test
exit /b 2

:run
if not exist .venv\.installed call :install . || exit /b 1
%PY% -m studio
exit /b %errorlevel%

:test
if not exist .venv\.installed-test call :install .[test] || exit /b 1
type nul > .venv\.installed-test
%PY% -m pytest --numprocesses auto --dist loadfile
exit /b %errorlevel%

:install
if not exist %PY% (py -3 -m venv .venv || python -m venv .venv || exit /b 1)
%PY% -m pip install --disable-pip-version-check --quiet --editable %1 || exit /b 1
type nul > .venv\.installed
exit /b 0
