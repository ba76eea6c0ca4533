using System.Globalization;
using System.Numerics;
using Filecoin.Sealing.Replica;
using SealerRecover.Tests;
using Xunit;

namespace Filecoin.Sealing.Tests.Replica;

public sealed class ReplicaEncodingTests
{
    private static readonly BigInteger R =
        BigInteger.Parse("073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Values at which a limb carries, the sum meets r, or nothing happens.</summary>
    private static readonly BigInteger[] Edges =
    [
        0, 1, 2, ulong.MaxValue, (BigInteger.One << 64) + 1, (BigInteger.One << 128) - 1, (BigInteger.One << 192) - 1, (BigInteger.One << 192) + 1,
        (BigInteger.One << 254) - 1, R / 2, (R / 2) + 1, R - (BigInteger.One << 64), R - 2, R - 1,
    ];

    [Fact]
    public void Every_pair_of_edge_values_is_added_and_subtracted_as_in_the_integers_modulo_r()
    {
        (BigInteger Left, BigInteger Right)[] pairs = [.. Edges.SelectMany(left => Edges.Select(right => (left, right)))];
        byte[] left = [.. pairs.SelectMany(pair => Node(pair.Left))];
        byte[] right = [.. pairs.SelectMany(pair => Node(pair.Right))];
        byte[] sums = new byte[left.Length];
        byte[] differences = new byte[left.Length];

        ReplicaEncoding.Encode(left, right, sums);
        ReplicaEncoding.Decode(right, left, differences);

        Assert.Equal(pairs.SelectMany(pair => Node((pair.Left + pair.Right) % R)), sums);
        Assert.Equal(pairs.SelectMany(pair => Node((pair.Left - pair.Right + R) % R)), differences);
    }

    [Fact]
    public void The_sum_may_go_where_either_term_was()
    {
        byte[] labels = Nodes("labels", 33);
        byte[] data = Nodes("data", 33);
        byte[] sums = new byte[labels.Length];
        ReplicaEncoding.Encode(labels, data, sums);
        byte[] inLabels = [.. labels];
        byte[] inData = [.. data];

        ReplicaEncoding.Encode(inLabels, data, inLabels);
        ReplicaEncoding.Encode(labels, inData, inData);

        Assert.Equal(sums, inLabels);
        Assert.Equal(sums, inData);
        ReplicaEncoding.Decode(labels, inData, inData);
        Assert.Equal(data, inData);
    }

    private static byte[] Node(BigInteger value)
    {
        byte[] node = new byte[32];
        value.TryWriteBytes(node, out _, isUnsigned: true);
        return node;
    }

    private static byte[] Nodes(string seed, int count)
    {
        byte[] nodes = VectorFiles.Stream(seed, 32L * count);
        for (int i = 31; i < nodes.Length; i += 32)
        {
            nodes[i] &= 0x3f;
        }

        return nodes;
    }
}
