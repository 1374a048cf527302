@echo off
rem Stops HostMessenger, and has Windows start it no more. Configuration and data stay.
setlocal
cd /d "%~dp0"
"%SystemRoot%\System32\chcp.com" 65001 >nul 2>&1
title HostMessenger - service
rem As in install-service.cmd.
"%SystemRoot%\System32\fltmc.exe" >nul 2>&1
if not errorlevel 1 goto :remove
if "%~1"=="elevated" goto :refused
if defined HOSTMESSENGER_NO_PAUSE goto :remove
set "self=%~f0"
"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe" -NoProfile -Command "Start-Process -FilePath $env:self -ArgumentList elevated -Verb RunAs"
if errorlevel 1 goto :refused
exit /b 0
:remove
"%~dp0hostmessenger.exe" service uninstall
if errorlevel 1 goto :failed
if not defined HOSTMESSENGER_NO_PAUSE pause
exit /b 0
:refused
echo This needs an administrator: click this file with the right button, then "Run as administrator".
:failed
if not defined HOSTMESSENGER_NO_PAUSE pause
exit /b 1
