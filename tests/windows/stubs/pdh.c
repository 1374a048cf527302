/* For tests under Wine alone, never shipped: Wine 8's pdh.dll lacks counters that sysinfo asks for and does without
   where the call fails. So all of them fail, with PDH_CSTATUS_NO_OBJECT. */
#include <windows.h>

#define FAILS(name) __declspec(dllexport) LONG WINAPI name(void) { return 0xC0000BB8; }

FAILS(PdhOpenQueryA)
FAILS(PdhOpenQueryW)
FAILS(PdhAddEnglishCounterA)
FAILS(PdhAddEnglishCounterW)
FAILS(PdhAddCounterW)
FAILS(PdhCollectQueryData)
FAILS(PdhCollectQueryDataEx)
FAILS(PdhGetFormattedCounterValue)
FAILS(PdhGetFormattedCounterArrayW)
FAILS(PdhCloseQuery)
FAILS(PdhRemoveCounter)
