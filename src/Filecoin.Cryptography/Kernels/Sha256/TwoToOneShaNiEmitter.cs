using Filecoin.Cryptography.Kernels.Emit;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>
/// Emits <c>void f(byte* tables, byte* pairs, byte* parents, long count)</c>, which makes 2 x count &gt; 0 parents with the processor's SHA
/// instructions. Two messages are hashed side by side: SHA256RNDS2 takes the result of the one before it and twice as long as it occupies
/// its unit.
/// </summary>
/// <remarks>
/// Registers. rdi tables (<see cref="TwoToOneShaNiTables"/>, aligned to 16), rsi pairs, rdx parents, rcx turns left. xmm0 W + K (implied by
/// SHA256RNDS2), xmm1-2 ABEF and CDGH of the first message, xmm3-4 of the second, xmm5-8 and xmm9-12 their words (between the blocks: their
/// states), xmm13 scratch, xmm14 byte swap. No callee-saved register is touched.
/// </remarks>
internal sealed class TwoToOneShaNiEmitter
{
    private const int WordsInGroup = 4;
    private const int Groups = 64 / WordsInGroup;
    private const int GroupBytes = WordsInGroup * sizeof(uint);

    private static readonly AssemblerRegisterXMM Wk = xmm0, Scratch = xmm13, Swap = xmm14;

    private static readonly Stream[] Streams =
    [
        new(0, xmm1, xmm2, [xmm5, xmm6, xmm7, xmm8]),
        new(1, xmm3, xmm4, [xmm9, xmm10, xmm11, xmm12]),
    ];

    private readonly Assembler _c = new(64);

    private TwoToOneShaNiEmitter()
    {
    }

    /// <summary>Emits the function; null if the system does not let code be made.</summary>
    public static unsafe delegate* unmanaged<byte*, byte*, byte*, long, void> TryEmit()
    {
        TwoToOneShaNiEmitter emitter = new();
        emitter.EmitAll();
        return (delegate* unmanaged<byte*, byte*, byte*, long, void>)ExecutableMemory.TryLoad(emitter._c);
    }

    private static AssemblerMemoryOperand Table(int offset) => __xmmword_ptr[rdi + offset];

    private void EmitAll()
    {
        Label again = _c.CreateLabel();
        _c.vzeroupper();
        _c.movdqa(Swap, Table(TwoToOneShaNiTables.SwapBytes));
        _c.Label(ref again);
        ForBoth(LoadMessage);
        ForBoth(InitialState);
        MessageBlock();
        ForBoth(AddInitialStateAndKeep);
        PaddingBlock();
        ForBoth(AddKept);
        ForBoth(StoreParent);
        _c.add(rsi, Streams.Length * TwoToOneHash.PairBytes);
        _c.add(rdx, Streams.Length * TwoToOneHash.NodeBytes);
        _c.dec(rcx);
        _c.jnz(again);
        _c.ret();
    }

    private static void ForBoth(Action<Stream> emit)
    {
        foreach (Stream stream in Streams)
        {
            emit(stream);
        }
    }

    private void LoadMessage(Stream stream)
    {
        for (int i = 0; i < stream.Words.Length; i++)
        {
            _c.movdqu(stream.Words[i], __xmmword_ptr[rsi + (stream.Index * TwoToOneHash.PairBytes) + (i * GroupBytes)]);
            _c.pshufb(stream.Words[i], Swap);
        }
    }

    private void InitialState(Stream stream)
    {
        _c.movdqa(stream.Abef, Table(TwoToOneShaNiTables.InitialAbef));
        _c.movdqa(stream.Cdgh, Table(TwoToOneShaNiTables.InitialCdgh));
    }

    private void MessageBlock()
    {
        for (int group = 0; group < Groups; group++)
        {
            foreach (Stream stream in Streams)
            {
                if (group >= stream.Words.Length)
                {
                    Schedule(stream, group);
                }

                _c.movdqa(Wk, Table(TwoToOneShaNiTables.RoundConstants + (group * GroupBytes)));
                _c.paddd(Wk, stream.Words[group % WordsInGroup]);
                _c.sha256rnds2(stream.Cdgh, stream.Abef);
                _c.pshufd(Wk, Wk, 0x0e);
                _c.sha256rnds2(stream.Abef, stream.Cdgh);
            }
        }
    }

    /// <summary>Words 4g … 4g+3 of the schedule, in the place of those sixteen before.</summary>
    private void Schedule(Stream stream, int group)
    {
        AssemblerRegisterXMM oldest = stream.Words[group % 4];
        AssemblerRegisterXMM second = stream.Words[(group + 1) % 4];
        AssemblerRegisterXMM third = stream.Words[(group + 2) % 4];
        AssemblerRegisterXMM newest = stream.Words[(group + 3) % 4];
        _c.sha256msg1(oldest, second);
        _c.movdqa(Scratch, newest);
        _c.palignr(Scratch, third, 4);
        _c.paddd(oldest, Scratch);
        _c.sha256msg2(oldest, newest);
    }

    /// <summary>Both messages take the same W + K.</summary>
    private void PaddingBlock()
    {
        for (int group = 0; group < Groups; group++)
        {
            _c.movdqa(Wk, Table(TwoToOneShaNiTables.Padding + (group * GroupBytes)));
            ForBoth(stream => _c.sha256rnds2(stream.Cdgh, stream.Abef));
            _c.pshufd(Wk, Wk, 0x0e);
            ForBoth(stream => _c.sha256rnds2(stream.Abef, stream.Cdgh));
        }
    }

    private void AddInitialStateAndKeep(Stream stream)
    {
        _c.paddd(stream.Abef, Table(TwoToOneShaNiTables.InitialAbef));
        _c.paddd(stream.Cdgh, Table(TwoToOneShaNiTables.InitialCdgh));
        _c.movdqa(stream.Words[0], stream.Abef);
        _c.movdqa(stream.Words[1], stream.Cdgh);
    }

    private void AddKept(Stream stream)
    {
        _c.paddd(stream.Abef, stream.Words[0]);
        _c.paddd(stream.Cdgh, stream.Words[1]);
    }

    /// <summary>ABEF and CDGH become A … H, big-endian, the top two bits of the last byte cleared.</summary>
    private void StoreParent(Stream stream)
    {
        _c.pshufd(Scratch, stream.Abef, 0x1b);
        _c.pshufd(stream.Cdgh, stream.Cdgh, 0xb1);
        _c.movdqa(stream.Abef, Scratch);
        _c.pblendw(stream.Abef, stream.Cdgh, 0xf0);
        _c.palignr(stream.Cdgh, Scratch, 8);
        _c.pshufb(stream.Abef, Swap);
        _c.pshufb(stream.Cdgh, Swap);
        _c.pand(stream.Cdgh, Table(TwoToOneShaNiTables.NodeMask));
        _c.movdqu(__xmmword_ptr[rdx + (stream.Index * TwoToOneHash.NodeBytes)], stream.Abef);
        _c.movdqu(__xmmword_ptr[rdx + (stream.Index * TwoToOneHash.NodeBytes) + GroupBytes], stream.Cdgh);
    }

    /// <summary>The registers of one of the two messages.</summary>
    private sealed record Stream(int Index, AssemblerRegisterXMM Abef, AssemblerRegisterXMM Cdgh, AssemblerRegisterXMM[] Words);
}
