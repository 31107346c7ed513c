// The constants of layer_portable.go, one after another.

#define expLeast constants<>+0(SB)
#define expLog2E constants<>+4(SB)
#define expMagic constants<>+8(SB)
#define expHigh constants<>+12(SB)
#define expLow constants<>+16(SB)
#define exp4 constants<>+20(SB)
#define exp3 constants<>+24(SB)
#define exp2 constants<>+28(SB)
#define exp1 constants<>+32(SB)
#define exp0 constants<>+36(SB)
#define one constants<>+40(SB)
#define geluMost constants<>+44(SB)
#define gelu8 constants<>+48(SB)
#define gelu7 constants<>+52(SB)
#define gelu6 constants<>+56(SB)
#define gelu5 constants<>+60(SB)
#define gelu4 constants<>+64(SB)
#define gelu3 constants<>+68(SB)
#define gelu2 constants<>+72(SB)
#define gelu1 constants<>+76(SB)
#define gelu0 constants<>+80(SB)

DATA constants<>+0(SB)/4, $(-87.33654) // expLeast
DATA constants<>+4(SB)/4, $(1.44269504) // expLog2E
DATA constants<>+8(SB)/4, $(12583039.0) // expMagic
DATA constants<>+12(SB)/4, $(0.693359375) // expHigh
DATA constants<>+16(SB)/4, $(-2.12194440e-4) // expLow
DATA constants<>+20(SB)/4, $(0.0013814583653584123) // exp4
DATA constants<>+24(SB)/4, $(0.008368724025785923) // exp3
DATA constants<>+28(SB)/4, $(0.04166838899254799) // exp2
DATA constants<>+32(SB)/4, $(0.1666652113199234) // exp1
DATA constants<>+36(SB)/4, $(0.4999999403953552) // exp0
DATA constants<>+40(SB)/4, $(1.0) // one
DATA constants<>+44(SB)/4, $(5.6) // geluMost
DATA constants<>+48(SB)/4, $(-1.5775171959830914e-06) // gelu8
DATA constants<>+52(SB)/4, $(2.2851729227113537e-05) // gelu7
DATA constants<>+56(SB)/4, $(-0.00010901757195824757) // gelu6
DATA constants<>+60(SB)/4, $(-0.00014034705236554146) // gelu5
DATA constants<>+64(SB)/4, $(0.00495099788531661) // gelu4
DATA constants<>+68(SB)/4, $(-0.03642241284251213) // gelu3
DATA constants<>+72(SB)/4, $(-0.3182883858680725) // gelu2
DATA constants<>+76(SB)/4, $(-0.7978865504264832) // gelu1
DATA constants<>+80(SB)/4, $(-0.6931471228599548) // gelu0
GLOBL constants<>(SB), RODATA|NOPTR, $84
