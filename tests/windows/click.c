/* Clicks for a test, on a desktop that has no mouse for it: Wine does not know where an icon in the
   notification area is (Shell_NotifyIconGetRect), so its menu cannot be opened there.
     click menu N     the Nth entry of the icon's menu, lines not counted (muda numbers them from 1000)
     click exists T   whether there is a visible window with this title: 0; else 1 */
#include <windows.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "menu")) {
        HWND icon = FindWindowA("tray_icon_app", NULL);
        return icon && PostMessageA(icon, WM_COMMAND, 999 + atoi(argv[2]), 0) ? 0 : 1;
    }
    if (argc == 3 && !strcmp(argv[1], "exists")) {
        HWND window = FindWindowA(NULL, argv[2]);
        return window && IsWindowVisible(window) ? 0 : 1;
    }
    return 2;
}
