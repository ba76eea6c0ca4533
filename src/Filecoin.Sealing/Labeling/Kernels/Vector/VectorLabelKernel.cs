using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Filecoin.Cryptography.Kernels.Sha256;

namespace Filecoin.Sealing.Labeling.Kernels.Vector;

/// <summary>The traversal of all vector widths: a lane for each sector, words of all sectors side by side.</summary>
/// <remarks>
/// The schedules of the blocks that parents fill repeat (see <see cref="LabelMessage"/>): they are computed once for each label, kept with
/// the round constants added, and used two or three times.
/// </remarks>
internal sealed unsafe class VectorLabelKernel<T, TLanes>() : LabelKernel(LabelLayout.WordByWord(sizeof(T) / sizeof(uint)))
    where T : unmanaged
    where TLanes : struct, ILanes<T>
{
    private const int Words = LabelLayout.Words;
    private const int Rounds = 64;
    private const int MessageWords = 16;
    private const int RepeatedBlocks = LabelMessage.Degree / 2;
    private const int CacheLine = 64;

    // What one label needs beside parents, in words of all lanes: the state, the block's words, the kept schedules and the last one.
    private const int State = 0, Message = State + Words, Kept = Message + MessageWords, Last = Kept + (RepeatedBlocks * Rounds);
    private const int Replica = Last + Rounds, ScratchWords = Replica + Words;

    public override string Name => TLanes.Name;

    [SkipLocalsInit]
    private protected override void LabelRest(in LabelRun run, uint* parents)
    {
        byte* memory = stackalloc byte[(ScratchWords * sizeof(T)) + CacheLine];
        T* scratch = (T*)(((nuint)memory + CacheLine - 1) & ~(nuint)(CacheLine - 1));
        SetReplicaIds(run, scratch + Replica);
        for (long i = 0; i < run.Count; i++)
        {
            if (i + 1 < run.Count)
            {
                Prefetch(run, parents + LabelMessage.Degree);
            }

            LabelNode(run, run.FirstNode + i, parents, scratch);
            parents += LabelMessage.Degree;
        }
    }

    private void LabelNode(in LabelRun run, long node, uint* parents, T* scratch)
    {
        byte* current = run.Current, previous = run.Previous;
        int distinct = run.Parents;
        T* state = scratch + State;
        for (int w = 0; w < Words; w++)
        {
            state[w] = TLanes.Repeat(Sha256Plain.InitialState[w]);
        }

        PrefixBlock(scratch, run.Layer, node);
        for (int block = 0; block < distinct / 2; block++)
        {
            LoadParent(scratch, 0, LayerOf(2 * block), parents[2 * block]);
            LoadParent(scratch, Words, LayerOf((2 * block) + 1), parents[(2 * block) + 1]);
            T* schedule = scratch + Kept + (block * Rounds);
            Schedule(scratch + Message, schedule);
            Compress(state, schedule);
        }

        for (int parent = distinct; parent < LabelMessage.Parents - 1; parent += 2)
        {
            Compress(state, scratch + Kept + (parent % distinct / 2 * Rounds));
        }

        int last = (LabelMessage.Parents - 1) % distinct;
        LoadParent(scratch, 0, LayerOf(last), parents[last]);
        PaddingOfLastBlock(scratch + Message + Words);
        Schedule(scratch + Message, scratch + Last);
        Compress(state, scratch + Last);

        T* label = (T*)(current + (node * Layout.NodeBytes));
        state[Words - 1] = TLanes.And(state[Words - 1], TLanes.Repeat(LabelLayout.LastWordMask));
        for (int w = 0; w < Words; w++)
        {
            label[w] = state[w];
        }

        byte* LayerOf(int parent) => parent < LabelMessage.BaseDegree ? current : previous;
    }

    private void SetReplicaIds(in LabelRun run, T* words)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            for (int w = 0; w < Words; w++)
            {
                ((uint*)(words + w))[lane] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(run.OfLane(lane).Span[(4 * w)..]);
            }
        }
    }

    private static void PrefixBlock(T* scratch, int layer, long node)
    {
        T* message = scratch + Message;
        for (int w = 0; w < Words; w++)
        {
            message[w] = scratch[Replica + w];
        }

        message[Words] = TLanes.Repeat((uint)layer);
        message[Words + 1] = TLanes.Repeat((uint)(node >> 32));
        message[Words + 2] = TLanes.Repeat((uint)node);
        for (int w = Words + 3; w < MessageWords; w++)
        {
            message[w] = TLanes.Repeat(0);
        }

        Schedule(message, scratch + Last);
        Compress(scratch + State, scratch + Last);
    }

    private static void PaddingOfLastBlock(T* words)
    {
        words[0] = TLanes.Repeat(0x80000000);
        for (int w = 1; w < Words - 1; w++)
        {
            words[w] = TLanes.Repeat(0);
        }

        words[Words - 1] = TLanes.Repeat(8 * LabelMessage.Bytes);
    }

    private void LoadParent(T* scratch, int at, byte* layer, uint parent)
    {
        T* label = (T*)(layer + ((long)parent * Layout.NodeBytes));
        for (int w = 0; w < Words; w++)
        {
            scratch[Message + at + w] = label[w];
        }
    }

    /// <summary>W + K of the block whose words are in <paramref name="w"/>, which is used up.</summary>
    private static void Schedule(T* w, T* schedule)
    {
        for (int i = 0; i < Rounds; i += MessageWords)
        {
            for (int k = 0; k < MessageWords; k++)
            {
                schedule[i + k] = TLanes.Add(w[k], TLanes.Repeat(Sha256Plain.RoundConstants[i + k]));
            }

            if (i + MessageWords < Rounds)
            {
                for (int k = 0; k < MessageWords; k++)
                {
                    T old = TLanes.Add(w[k], TLanes.RotationsAndShift(w[(k + 1) % MessageWords], 7, 18, 3));
                    T recent = TLanes.Add(w[(k + 9) % MessageWords], TLanes.RotationsAndShift(w[(k + 14) % MessageWords], 17, 19, 10));
                    w[k] = TLanes.Add(old, recent);
                }
            }
        }
    }

    private static void Compress(T* state, T* schedule)
    {
        T a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < Rounds; i += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, schedule[i]);
            Round(h, a, b, ref c, d, e, f, ref g, schedule[i + 1]);
            Round(g, h, a, ref b, c, d, e, ref f, schedule[i + 2]);
            Round(f, g, h, ref a, b, c, d, ref e, schedule[i + 3]);
            Round(e, f, g, ref h, a, b, c, ref d, schedule[i + 4]);
            Round(d, e, f, ref g, h, a, b, ref c, schedule[i + 5]);
            Round(c, d, e, ref f, g, h, a, ref b, schedule[i + 6]);
            Round(b, c, d, ref e, f, g, h, ref a, schedule[i + 7]);
        }

        state[0] = TLanes.Add(state[0], a);
        state[1] = TLanes.Add(state[1], b);
        state[2] = TLanes.Add(state[2], c);
        state[3] = TLanes.Add(state[3], d);
        state[4] = TLanes.Add(state[4], e);
        state[5] = TLanes.Add(state[5], f);
        state[6] = TLanes.Add(state[6], g);
        state[7] = TLanes.Add(state[7], h);
    }

    /// <summary>One round, the eight words staying where they are: d becomes the new e, h the new a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(T a, T b, T c, ref T d, T e, T f, T g, ref T h, T wk)
    {
        T t1 = TLanes.Add(TLanes.Add(h, wk), TLanes.Add(TLanes.Choose(e, f, g), TLanes.Rotations(e, 6, 11, 25)));
        d = TLanes.Add(d, t1);
        h = TLanes.Add(t1, TLanes.Add(TLanes.Majority(a, b, c), TLanes.Rotations(a, 2, 13, 22)));
    }

    /// <summary>Asks for the parents of the next node: labelling this one takes many times longer than a memory access.</summary>
    private void Prefetch(in LabelRun run, uint* parents)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (int k = 0; k < run.Parents; k++)
        {
            byte* label = (k < LabelMessage.BaseDegree ? run.Current : run.Previous) + ((long)parents[k] * Layout.NodeBytes);
            for (int line = 0; line < Layout.NodeBytes; line += CacheLine)
            {
                Sse.Prefetch1(label + line);
            }
        }
    }
}
