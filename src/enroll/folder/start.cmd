@echo off
rem Starts HostMessenger in this window; quit or Ctrl-C ends it.
setlocal
cd /d "%~dp0"
rem By its full path, here and in the other files: by its name alone a program of this folder would be taken.
rem This is for umlauts, in what it says and in what is typed.
"%SystemRoot%\System32\chcp.com" 65001 >nul 2>&1
title HostMessenger - @JID@
rem What was unpacked is as open as the folder around it: the secret is for this user, the
rem administrators and the system. A stick with FAT has no such rights.
call "%~dp0private.cmd" "%USERDOMAIN%\%USERNAME%"
"%~dp0hostmessenger.exe" --config "%~dp0hostmessenger.yaml" %*
set ended=%errorlevel%
if "%ended%"=="0" goto :end
echo.
echo HostMessenger ended with code %ended%. The lines above say why.
if "%ended%"=="2" echo Its configuration has mistakes: correct hostmessenger.yaml.
rem So that the reason can be read; a script says HOSTMESSENGER_NO_PAUSE=1.
if not defined HOSTMESSENGER_NO_PAUSE pause
:end
exit /b %ended%
