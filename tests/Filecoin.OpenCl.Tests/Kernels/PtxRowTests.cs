using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Filecoin.OpenCl.Kernels;
using Xunit;

namespace Filecoin.OpenCl.Tests.Kernels;

/// <summary>
/// The row of products in PTX, instruction by instruction as NVIDIA's manual defines them: no card of theirs is needed to see that operands
/// and carries are the right ones.
/// </summary>
public sealed partial class PtxRowTests
{
    private const int Limbs = PoseidonProgram.Limbs;
    private const int Top = Limbs, FirstFactor = Limbs + 1, Factor = FirstFactor + Limbs;

    private static readonly (string Name, string[] Operands)[] Instructions =
    [
        .. InstructionLine().Matches(PoseidonProgram.For(2).Text(ProgramVariant.Ptx, unrolled: true))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries))),
    ];

    [Fact]
    public void A_row_has_its_sixteen_half_products_and_two_ends() => Assert.Equal((2 * Limbs) + 1, Instructions.Length);

    [Theory]
    [InlineData(0u, 0u, 0u)]
    [InlineData(uint.MaxValue, uint.MaxValue, uint.MaxValue)]
    [InlineData(uint.MaxValue, uint.MaxValue, 1u)]
    [InlineData(uint.MaxValue, 1u, uint.MaxValue)]
    [InlineData(1u, uint.MaxValue, uint.MaxValue)]
    public void Carries_run_through_rows_of_equal_limbs(uint sum, uint element, uint factor) =>
        AssertAdds([.. Enumerable.Repeat(sum, Limbs)], [.. Enumerable.Repeat(element, Limbs)], factor);

    [Fact]
    public void A_row_adds_an_element_times_a_limb()
    {
        Random random = new(32);
        for (int i = 0; i < 2000; i++)
        {
            // Limbs of ones and zeros are as frequent as others: that is where carries come from.
            AssertAdds(
                [.. Enumerable.Range(0, Limbs).Select(_ => Limb(random))], [.. Enumerable.Range(0, Limbs).Select(_ => Limb(random))], Limb(random));
        }
    }

    private static uint Limb(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => uint.MaxValue,
        _ => (uint)random.NextInt64(1L << 32),
    };

    private static void AssertAdds(uint[] sum, uint[] element, uint factor)
    {
        uint[] registers = new uint[Factor + 1];
        sum.CopyTo(registers, 0);
        registers[Top] = 0xdeadbeef;
        element.CopyTo(registers, FirstFactor);
        registers[Factor] = factor;
        Run(registers);
        Assert.Equal(Value(sum) + (Value(element) * factor), Value(registers[..(Limbs + 1)]));
        Assert.Equal(element.Append(factor), registers[FirstFactor..]);
    }

    /// <summary>mad.lo/.hi: the low or high half of a product and a sum; c in front of the dot adds the carry flag, .cc behind sets it.</summary>
    private static void Run(uint[] registers)
    {
        bool carry = false;
        foreach ((string name, string[] operands) in Instructions)
        {
            string[] parts = name.Split('.');
            ulong[] values = [.. operands.Skip(1).Select(operand => (ulong)(operand[0] == '%' ? registers[Index(operand)] : uint.Parse(operand, CultureInfo.InvariantCulture)))];
            ulong sum = parts[0] switch
            {
                "mad" or "madc" => values[2] + (parts[1] == "lo" ? (uint)(values[0] * values[1]) : parts[1] == "hi" ? (values[0] * values[1]) >> 32 : throw new InvalidOperationException(name)),
                "addc" => values[0] + values[1],
                _ => throw new InvalidOperationException(name),
            };
            sum += parts[0].EndsWith('c') && carry ? 1UL : 0;
            registers[Index(operands[0])] = (uint)sum;
            carry = parts.Contains("cc") ? sum >> 32 != 0 : carry;
            Assert.True(parts.Contains("cc") || sum >> 32 == 0, $"{name} {string.Join(", ", operands)} loses a carry");
        }
    }

    private static int Index(string operand) => int.Parse(operand.AsSpan(1), CultureInfo.InvariantCulture);

    private static BigInteger Value(IEnumerable<uint> limbs) => limbs.Reverse().Aggregate(BigInteger.Zero, (value, limb) => (value << 32) + limb);

    [GeneratedRegex(@"""(mad[\w.]*|add[\w.]*)\s+([^;]*);")]
    private static partial Regex InstructionLine();
}
