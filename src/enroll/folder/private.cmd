@echo off
rem Closes configuration and secrets to all but the administrators, the system, the owner of each file and,
rem where one is named, %1. The numbers are those of Administrators, SYSTEM and OWNER RIGHTS in every
rem language of Windows. Who has been named in such a list by an earlier call stays in it.
setlocal
set "named="
if not "%~1"=="" set named="%~1:F"
for %%f in ("%~dp0secrets" "%~dp0secrets\xmpp" "%~dp0hostmessenger.yaml") do (
  "%SystemRoot%\System32\icacls.exe" "%%~f" /inheritance:r /grant:r "*S-1-5-32-544:F" "*S-1-5-18:F" "*S-1-3-4:F" %named% /C /Q >nul 2>&1
)
exit /b 0
