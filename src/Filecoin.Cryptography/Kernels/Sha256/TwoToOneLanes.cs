using System.Runtime.CompilerServices;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>
/// SHA-256 of one pair of nodes in every lane of a vector: a word of the state or the schedule is a vector, element i of which belongs to
/// message i. What bounds it is the number of vector operations, not their latency: 17 a round, 11 a word of the schedule with
/// three-operand logic and rotations.
/// </summary>
internal abstract unsafe class TwoToOneLanes<T, TLanes> : TwoToOneHash
    where T : unmanaged
    where TLanes : ILanes<T>
{
    private const int StateWords = 8;
    private const int BlockWords = 16;
    private const int Rounds = 64;
    private const int WordsInQuarter = 4;
    private const int QuarterBytes = WordsInQuarter * sizeof(uint);
    private const int MaxVectorBytes = 64;

    private static readonly uint[] Padding = TwoToOnePadding.ScheduleWithConstants();

    [SkipLocalsInit]
    private protected override void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents)
    {
        // Aligned: a vector of 64 bytes that straddles two cache lines is two loads.
        byte* memory = stackalloc byte[((Rounds + (2 * StateWords)) * sizeof(T)) + MaxVectorBytes];
        T* schedule = (T*)(((nuint)memory + MaxVectorBytes - 1) & ~(nuint)(MaxVectorBytes - 1));
        byte* rest = stackalloc byte[TLanes.Count * PairBytes];
        int count = parents.Length / NodeBytes;
        int whole = count - (count % TLanes.Count);
        fixed (byte* from = pairs, to = parents)
        {
            for (int first = 0; first < whole; first += TLanes.Count)
            {
                HashGroup(from + ((long)first * PairBytes), to + ((long)first * NodeBytes), schedule);
            }

            if (whole < count)
            {
                // Lanes without a message hash what happens to be there; nobody looks.
                pairs[(whole * PairBytes)..].CopyTo(new Span<byte>(rest, TLanes.Count * PairBytes));
                HashGroup(rest, rest, schedule);
                new ReadOnlySpan<byte>(rest, (count - whole) * NodeBytes).CopyTo(parents[(whole * NodeBytes)..]);
            }
        }
    }

    private static void HashGroup(byte* pairs, byte* parents, T* schedule)
    {
        T* state = schedule + Rounds;
        T* middle = state + StateWords;
        LoadMessages(pairs, schedule);
        ExtendSchedule(schedule);
        for (int i = 0; i < StateWords; i++)
        {
            state[i] = TLanes.Repeat(Sha256Plain.InitialState[i]);
        }

        AbsorbMessages(state, schedule);
        for (int i = 0; i < StateWords; i++)
        {
            middle[i] = state[i] = TLanes.Add(state[i], TLanes.Repeat(Sha256Plain.InitialState[i]));
        }

        AbsorbPadding(state);
        for (int i = 0; i < StateWords; i++)
        {
            state[i] = TLanes.SwapBytes(TLanes.Add(state[i], middle[i]));
        }

        StoreParents(state, parents);
    }

    /// <summary>Words 0 … 15 of the schedule: quarter by quarter, four messages' four words turned about their diagonal.</summary>
    private static void LoadMessages(byte* pairs, T* schedule)
    {
        for (int quarter = 0; quarter < BlockWords / WordsInQuarter; quarter++)
        {
            byte* source = pairs + (quarter * QuarterBytes);
            T* words = schedule + (quarter * WordsInQuarter);
            for (int i = 0; i < WordsInQuarter; i++)
            {
                words[i] = TLanes.SwapBytes(TLanes.LoadQuarters(source + (i * PairBytes), WordsInQuarter * PairBytes));
            }

            Transpose(words);
        }
    }

    private static void StoreParents(T* state, byte* parents)
    {
        T lastWordMask = TLanes.Repeat(((uint)LastByteMask << 24) | 0xffffff);
        T zero = TLanes.Repeat(0);
        state[StateWords - 1] = TLanes.Choose(lastWordMask, state[StateWords - 1], zero);
        for (int quarter = 0; quarter < StateWords / WordsInQuarter; quarter++)
        {
            T* words = state + (quarter * WordsInQuarter);
            Transpose(words);
            for (int i = 0; i < WordsInQuarter; i++)
            {
                TLanes.StoreQuarters(words[i], parents + (i * NodeBytes) + (quarter * QuarterBytes), WordsInQuarter * NodeBytes);
            }
        }
    }

    /// <summary>In each quarter of four vectors: element i of vector j changes places with element j of vector i.</summary>
    private static void Transpose(T* rows)
    {
        T low01 = TLanes.UnpackLow(rows[0], rows[1]), high01 = TLanes.UnpackHigh(rows[0], rows[1]);
        T low23 = TLanes.UnpackLow(rows[2], rows[3]), high23 = TLanes.UnpackHigh(rows[2], rows[3]);
        rows[0] = TLanes.UnpackLow64(low01, low23);
        rows[1] = TLanes.UnpackHigh64(low01, low23);
        rows[2] = TLanes.UnpackLow64(high01, high23);
        rows[3] = TLanes.UnpackHigh64(high01, high23);
    }

    private static void ExtendSchedule(T* w)
    {
        // Two words a turn; the last two stay in registers, because each word needs the second before it.
        T before2 = w[BlockWords - 2], before1 = w[BlockWords - 1];
        for (int t = BlockWords; t < Rounds; t += 2)
        {
            before2 = Extend(w + t, before2);
            w[t] = before2;
            before1 = Extend(w + t + 1, before1);
            w[t + 1] = before1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Extend(T* word, T before2)
    {
        T before15 = word[-15];
        T sigma0 = TLanes.Xor(TLanes.RotateRight(before15, 7), TLanes.RotateRight(before15, 18), TLanes.ShiftRight(before15, 3));
        T sigma1 = TLanes.Xor(TLanes.RotateRight(before2, 17), TLanes.RotateRight(before2, 19), TLanes.ShiftRight(before2, 10));
        return TLanes.Add(TLanes.Add(TLanes.Add(word[-16], sigma0), word[-7]), sigma1);
    }

    private static void AbsorbMessages(T* state, T* w)
    {
        T a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        fixed (uint* constants = Sha256Plain.RoundConstants)
        {
            for (int t = 0; t < Rounds; t += 8)
            {
                uint* k = constants + t;
                T* words = w + t;
                Round(a, b, c, ref d, e, f, g, ref h, TLanes.Add(words[0], TLanes.Repeat(k[0])));
                Round(h, a, b, ref c, d, e, f, ref g, TLanes.Add(words[1], TLanes.Repeat(k[1])));
                Round(g, h, a, ref b, c, d, e, ref f, TLanes.Add(words[2], TLanes.Repeat(k[2])));
                Round(f, g, h, ref a, b, c, d, ref e, TLanes.Add(words[3], TLanes.Repeat(k[3])));
                Round(e, f, g, ref h, a, b, c, ref d, TLanes.Add(words[4], TLanes.Repeat(k[4])));
                Round(d, e, f, ref g, h, a, b, ref c, TLanes.Add(words[5], TLanes.Repeat(k[5])));
                Round(c, d, e, ref f, g, h, a, ref b, TLanes.Add(words[6], TLanes.Repeat(k[6])));
                Round(b, c, d, ref e, f, g, h, ref a, TLanes.Add(words[7], TLanes.Repeat(k[7])));
            }
        }

        (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]) = (a, b, c, d, e, f, g, h);
    }

    private static void AbsorbPadding(T* state)
    {
        T a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        fixed (uint* schedule = Padding)
        {
            for (int t = 0; t < Rounds; t += 8)
            {
                uint* wk = schedule + t;
                Round(a, b, c, ref d, e, f, g, ref h, TLanes.Repeat(wk[0]));
                Round(h, a, b, ref c, d, e, f, ref g, TLanes.Repeat(wk[1]));
                Round(g, h, a, ref b, c, d, e, ref f, TLanes.Repeat(wk[2]));
                Round(f, g, h, ref a, b, c, d, ref e, TLanes.Repeat(wk[3]));
                Round(e, f, g, ref h, a, b, c, ref d, TLanes.Repeat(wk[4]));
                Round(d, e, f, ref g, h, a, b, ref c, TLanes.Repeat(wk[5]));
                Round(c, d, e, ref f, g, h, a, ref b, TLanes.Repeat(wk[6]));
                Round(b, c, d, ref e, f, g, h, ref a, TLanes.Repeat(wk[7]));
            }
        }

        (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]) = (a, b, c, d, e, f, g, h);
    }

    /// <summary>One round; the caller turns the names round instead of the values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(T a, T b, T c, ref T d, T e, T f, T g, ref T h, T wk)
    {
        T sum1 = TLanes.Xor(TLanes.RotateRight(e, 6), TLanes.RotateRight(e, 11), TLanes.RotateRight(e, 25));
        T t1 = TLanes.Add(TLanes.Add(TLanes.Add(h, wk), TLanes.Choose(e, f, g)), sum1);
        d = TLanes.Add(d, t1);
        T sum0 = TLanes.Xor(TLanes.RotateRight(a, 2), TLanes.RotateRight(a, 13), TLanes.RotateRight(a, 22));
        h = TLanes.Add(TLanes.Add(t1, TLanes.Majority(a, b, c)), sum0);
    }
}
