// One row of a product in the instructions of NVIDIA's cards, with their carry flag. Low and high half of a product stand next to each
// other, so that the assembler can join them to one instruction with a 64-bit result: limbs with even numbers first, then the odd ones.
// The flag never has to live from one statement to the next.

// t[0 .. 7] += a[0 .. 7] * f; returns the limb that is carried out.
static inline uint add_row(uint *t, const uint *a, uint f)
{
    uint top;
    asm(
        "mad.lo.cc.u32  %0, %9,  %17, %0;\n\t"
        "madc.hi.cc.u32 %1, %9,  %17, %1;\n\t"
        "madc.lo.cc.u32 %2, %11, %17, %2;\n\t"
        "madc.hi.cc.u32 %3, %11, %17, %3;\n\t"
        "madc.lo.cc.u32 %4, %13, %17, %4;\n\t"
        "madc.hi.cc.u32 %5, %13, %17, %5;\n\t"
        "madc.lo.cc.u32 %6, %15, %17, %6;\n\t"
        "madc.hi.cc.u32 %7, %15, %17, %7;\n\t"
        "addc.u32       %8, 0,   0;\n\t"
        "mad.lo.cc.u32  %1, %10, %17, %1;\n\t"
        "madc.hi.cc.u32 %2, %10, %17, %2;\n\t"
        "madc.lo.cc.u32 %3, %12, %17, %3;\n\t"
        "madc.hi.cc.u32 %4, %12, %17, %4;\n\t"
        "madc.lo.cc.u32 %5, %14, %17, %5;\n\t"
        "madc.hi.cc.u32 %6, %14, %17, %6;\n\t"
        "madc.lo.cc.u32 %7, %16, %17, %7;\n\t"
        "madc.hi.u32    %8, %16, %17, %8;"
        : "+r"(t[0]), "+r"(t[1]), "+r"(t[2]), "+r"(t[3]), "+r"(t[4]), "+r"(t[5]), "+r"(t[6]), "+r"(t[7]), "=&r"(top)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(a[4]), "r"(a[5]), "r"(a[6]), "r"(a[7]), "r"(f));
    return top;
}
