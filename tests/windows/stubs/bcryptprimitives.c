/* For tests under Wine alone, never shipped: Wine 8 has no bcryptprimitives.dll, and every Rust program imports
   ProcessPrng from it. RtlGenRandom (SystemFunction036) is the same source of randomness under an older name. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
    return SystemFunction036(data, (ULONG)length);
}
