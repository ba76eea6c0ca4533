using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Sealing.Labeling.Kernels.Vector;

/// <summary>What SHA-256 needs of a vector of 32-bit words, one lane for each sector.</summary>
internal unsafe interface ILanes<T>
    where T : unmanaged
{
    /// <summary>Name of the kernel of this width.</summary>
    static abstract string Name { get; }

    /// <summary>Loads one word of all lanes.</summary>
    static abstract T Load(uint* source);

    /// <summary>Stores one word of all lanes.</summary>
    static abstract void Store(T value, uint* destination);

    /// <summary>The same word in all lanes.</summary>
    static abstract T Repeat(uint value);

    /// <summary>left + right mod 2^32.</summary>
    static abstract T Add(T left, T right);

    /// <summary>left and right.</summary>
    static abstract T And(T left, T right);

    /// <summary>ror(value, a) xor ror(value, b) xor ror(value, c).</summary>
    static abstract T Rotations(T value, [ConstantExpected] byte a, [ConstantExpected] byte b, [ConstantExpected] byte c);

    /// <summary>ror(value, a) xor ror(value, b) xor (value >> c).</summary>
    static abstract T RotationsAndShift(T value, [ConstantExpected] byte a, [ConstantExpected] byte b, [ConstantExpected] byte c);

    /// <summary>e ? f : g, bit by bit.</summary>
    static abstract T Choose(T e, T f, T g);

    /// <summary>What at least two of three agree on, bit by bit.</summary>
    static abstract T Majority(T a, T b, T c);
}
