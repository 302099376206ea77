/* core/geo/country_data.S: the committed outlines, as bytes of the program. */
        .section .rodata
        .balign 16
        .globl  earshot_country_data_begin
        .globl  earshot_country_data_end
        .hidden earshot_country_data_begin
        .hidden earshot_country_data_end
earshot_country_data_begin:
        .incbin "countries.bin"
earshot_country_data_end:
        .section .note.GNU-stack, "", %progbits
