using System.Diagnostics.CodeAnalysis;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>
/// What SHA-256 of many messages needs of a vector <typeparamref name="T"/> of u32 in which every element belongs to another message. A
/// vector is made of 128-bit quarters of four elements; messages 4q … 4q+3 are in quarter q.
/// </summary>
internal interface ILanes<T>
    where T : unmanaged
{
    /// <summary>Messages at once.</summary>
    static abstract int Count { get; }

    static abstract T Repeat(uint value);

    static abstract T Add(T left, T right);

    static abstract T Xor(T x, T y, T z);

    /// <summary>Bits of <paramref name="y"/> where <paramref name="x"/> has ones, else those of <paramref name="z"/>.</summary>
    static abstract T Choose(T x, T y, T z);

    static abstract T Majority(T x, T y, T z);

    static abstract T RotateRight(T value, [ConstantExpected] byte bits);

    static abstract T ShiftRight(T value, [ConstantExpected] byte bits);

    /// <summary>Turns the bytes of every element around.</summary>
    static abstract T SwapBytes(T value);

    /// <summary>Quarter q is the 16 bytes at <paramref name="source"/> + q x <paramref name="stride"/>.</summary>
    static abstract unsafe T LoadQuarters(byte* source, int stride);

    /// <summary>Puts quarter q at <paramref name="destination"/> + q x <paramref name="stride"/>.</summary>
    static abstract unsafe void StoreQuarters(T value, byte* destination, int stride);

    /// <summary>Lower two elements of each quarter, alternating.</summary>
    static abstract T UnpackLow(T left, T right);

    /// <summary>Upper two elements of each quarter, alternating.</summary>
    static abstract T UnpackHigh(T left, T right);

    /// <summary>Lower 64 bits of each quarter, of <paramref name="left"/> and then of <paramref name="right"/>.</summary>
    static abstract T UnpackLow64(T left, T right);

    /// <summary>Upper 64 bits of each quarter, of <paramref name="left"/> and then of <paramref name="right"/>.</summary>
    static abstract T UnpackHigh64(T left, T right);
}
