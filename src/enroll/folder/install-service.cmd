@echo off
rem Has Windows start HostMessenger, and starts it.
setlocal
cd /d "%~dp0"
"%SystemRoot%\System32\chcp.com" 65001 >nul 2>&1
title HostMessenger - service
rem Only an administrator may; who is none is asked by Windows, in a window of its own. fltmc works for
rem administrators alone, and needs no service.
"%SystemRoot%\System32\fltmc.exe" >nul 2>&1
if not errorlevel 1 goto :install
if "%~1"=="elevated" goto :refused
rem Here it is still known whose files these are: the administrator may be somebody else.
call "%~dp0private.cmd" "%USERDOMAIN%\%USERNAME%"
if defined HOSTMESSENGER_NO_PAUSE goto :install
set "self=%~f0"
"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -Command "Start-Process -FilePath $env:self -ArgumentList elevated -Verb RunAs"
if errorlevel 1 goto :refused
exit /b 0
:install
rem For the owner of the files, and nobody by name.
call "%~dp0private.cmd"
"%~dp0hostmessenger.exe" --config "%~dp0hostmessenger.yaml" service install
if errorlevel 1 goto :failed
"%~dp0hostmessenger.exe" service start
if errorlevel 1 goto :failed
"%~dp0hostmessenger.exe" service status
if not defined HOSTMESSENGER_NO_PAUSE pause
exit /b 0
:refused
echo This needs an administrator: click this file with the right button, then "Run as administrator".
:failed
if not defined HOSTMESSENGER_NO_PAUSE pause
exit /b 1
