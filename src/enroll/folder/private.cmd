@echo off
rem Closes configuration and secrets to all but the administrators, the system and %1.
rem The numbers are those of Administrators and SYSTEM in every language of Windows.
for %%f in ("%~dp0secrets" "%~dp0secrets\xmpp" "%~dp0hostmessenger.yaml") do (
  icacls "%%~f" /inheritance:r /grant:r "*S-1-5-32-544:F" "*S-1-5-18:F" "%~1:F" /C /Q >nul 2>&1
)
exit /b 0
