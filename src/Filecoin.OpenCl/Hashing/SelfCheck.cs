using Filecoin.Cryptography.Fields;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.OpenCl.Devices;

namespace Filecoin.OpenCl.Hashing;

/// <summary>Compares what a device hashes with the plain kernel, which shares no arithmetic with it.</summary>
internal static class SelfCheck
{
    private const int ElementBytes = Fr.Bytes;

    /// <summary>Hashes preimages on a device.</summary>
    public delegate void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests);

    /// <summary>Has some preimages hashed: those at the edges of the field, then arbitrary ones, the same every time.</summary>
    /// <exception cref="DeviceException">A digest is wrong.</exception>
    public static void Run(DeviceDescription device, int arity, int count, HashMany hash)
    {
        byte[] preimages = Preimages(arity, count);
        byte[] digests = new byte[count * ElementBytes];
        hash(preimages, digests);
        byte[] expected = new byte[digests.Length];
        PoseidonKernel.Create(arity, "plain").HashMany(preimages, expected);
        int same = digests.AsSpan().CommonPrefixLength(expected);
        if (same < digests.Length)
        {
            throw new DeviceException(
                DeviceFault.WrongResult,
                device,
                $"computes wrongly: hash {same / ElementBytes} of {count} of arity {arity}, with which it was tried, is not Poseidon's");
        }
    }

    private static byte[] Preimages(int arity, int count)
    {
        byte[][] edges =
        [
            Fr.Zero.ToBytes32().ToArray(), Fr.One.ToBytes32().ToArray(), (Fr.Zero - Fr.One).ToBytes32().ToArray(),
            .. Enumerable.Range(0, 254 / 32).Select(i => Power((32 * (i + 1)) - 1)),
        ];
        byte[] preimages = new byte[count * arity * ElementBytes];
        new Random(arity).NextBytes(preimages);
        for (int element = 0; element < count * arity; element++)
        {
            Span<byte> bytes = preimages.AsSpan(element * ElementBytes, ElementBytes);
            bytes[^1] &= 0x3f;
            if (element / arity < count / 8)
            {
                edges[(element + (element / arity / edges.Length)) % edges.Length].CopyTo(bytes);
            }
        }

        return preimages;

        static byte[] Power(int exponent)
        {
            byte[] power = new byte[ElementBytes];
            power[exponent / 8] = (byte)(1 << (exponent % 8));
            return power;
        }
    }
}
