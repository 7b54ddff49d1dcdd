"""Invented people: first and family names as common around the Bay, put together at random.

The lists are short and shipped so that the demo is fast and the same on every machine. Any
likeness of a combination to a living person is chance.
"""

from __future__ import annotations

import unicodedata

PARENTS: tuple[str, ...] = tuple(
    """Aaliyah Abigail Aditi Aisha Alejandra Alicia Amanda Amy Ana Andrea Angela Anjali Anna
    Annika April Ariana Ashley Audrey Ayesha Beatriz Bianca Brianna Camila Carmen Caroline
    Catherine Cecilia Chloe Christina Claire Daniela Deepa Diana Divya Elena Elizabeth Emi
    Emily Emma Erica Esther Eun-ji Fatima Fiona Gabriela Grace Hana Hannah Heather Helen Imani
    Ines Irene Isabel Jasmine Jessica Jia Joanna Julia Kalani Karen Katherine Kavya Keiko
    Kiran Laila Laura Lauren Leah Leilani Lena Leticia Lily Lucia Mai Maria Mariana Marisol
    Megan Mei Meera Melissa Michelle Mina Miriam Molly Monica Nadia Naomi Natalie Neha Ngozi
    Nicole Nina Noor Olivia Paloma Parisa Paula Pilar Pooja Rachel Rebecca Renata Rosa Ruth
    Samantha Sana Sara Sarah Shreya Simone Sofia Sonia Soo-jin Stephanie Sunita Tara Teresa
    Thuy Valentina Vanessa Veronica Victoria Wei Ximena Yasmin Yuki Zainab Zoë""".split()
)

PARTNERS: tuple[str, ...] = tuple(
    """Adam Ahmed Alex Andre Andrew Anthony Arjun Ben Brandon Brian Carlos Chris Daniel David
    Diego Eduardo Eric Ethan Felix Gabriel Gary Hassan Hiro Ian Jack James Jason Javier Jin
    Jorge Joshua José Juan Kevin Kenji Luis Marcus Mateo Matthew Michael Miguel Minh Nathan
    Nikhil Omar Patrick Paul Peter Rafael Rahul Ravi Robert Ryan Sam Sanjay Sean Steven Tariq
    Thomas Tyler Victor Vikram Will Xavier Yusuf""".split()
)

FAMILY_NAMES: tuple[str, ...] = tuple(
    """Abbasi Abebe Acosta Adeyemi Agarwal Aguilar Ahn Alvarez Andersen Aquino Arroyo Baker
    Banerjee Barrera Bautista Becker Bennett Bergman Bhatt Bianchi Boyd Brennan Bui Cabrera
    Campos Cardenas Carlson Castillo Chan Chang Chaudhry Chen Cheng Cho Choi Chowdhury Chu
    Cohen Collins Contreras Cooper Cruz Dang Das Davies Delgado Desai Dhillon Diaz Dinh
    Dominguez Donovan Duong Edwards Ellis Escobar Espinoza Farah Fernandez Fischer Fitzgerald
    Flores Fong Foster Friedman Fukuda Gallagher Garcia Ghosh Gill Goldberg Gomez Gonzales
    Greene Guerrero Gupta Gutierrez Haddad Hakimi Hansen Harris Hashimoto Hayes Hernandez
    Herrera Ho Hoang Hoffman Howard Hsu Hu Huang Hussain Ibarra Ito Iyer Jackson Jain Jang
    Jensen Jimenez Johnson Joshi Kamara Kang Kapoor Karimi Kaur Keller Kelly Khan Kim Kimura
    Klein Koh Kovács Krishnan Kumar Kuo Lam Larsen Lau Le Lee Leung Levin Li Liang Lim Lin Liu
    Lopez Lu Luna Ma Mahmoud Malik Marquez Martin Martinez Matsuda McCarthy McKenna Medina
    Mehta Mendoza Meyer Miller Mishra Mitchell Mohamed Molina Moore Morales Moreno Morgan
    Murphy Nair Nakamura Navarro Nelson Ng Ngo Nguyen Nuñez O'Brien O'Connor Ochoa Okafor
    Okonkwo Olsen Ortega Ortiz Osei Pacheco Padilla Park Parker Patel Peña Peralta Perez
    Petrov Pham Phan Phillips Pineda Powell Quintero Rahman Ramirez Ramos Rao Reddy Reyes
    Rivera Robinson Rodriguez Romero Rosen Rossi Ruiz Russo Salazar Sanchez Sandhu Santiago
    Santos Sato Schmidt Schwartz Shah Shapiro Sharma Silva Singh Soto Stein Sullivan Sun
    Suzuki Takahashi Tan Tanaka Tang Taylor Tesfaye Thao Thomas Thompson To Torres Tran Tsai
    Tse Turner Valdez Vargas Vasquez Vega Villanueva Vo Vu Walker Wang Washington Watanabe
    Weber White Williams Wilson Wong Wright Wu Xiong Xu Yamamoto Yang Yee Yi Yoon Young Yu
    Zamora Zhang Zhao Zhou Zimmerman""".split()
)

BABIES: tuple[str, ...] = tuple(
    """Aarav Ada Amara Amelia Anaya Aria Asher Atlas Aurora Ava Beau Caleb Camilo Charlotte
    Clara Dahlia Dev Eli Elio Eloise Emilia Emmett Ezra Felix Finn Freya Gael George Hazel
    Henry Hugo Ira Iris Isla Ivy Jade Jasper Juniper Kai Kenzo Kian Kira Leo Levi Liam Lila
    Luca Lucía Luna Maeve Marcel Mateo Maya Mia Mila Milo Mira Naya Nia Nico Noah Noor Nora
    Oliver Olive Omar Oscar Otis Owen Penelope Phoebe Poppy Quinn Ravi Remy Rio River Rohan
    Roman Rosalie Rowan Ruby Rumi Sage Santiago Sebastian Silas Simon Sol Stella Sunny Theo
    Thea Uma Veda Vera Violet Wyatt Wren Xavi Yara Zara Zeke Zoe""".split()
)


def ascii_part(name: str) -> str:
    """Return the name as it would stand in an e-mail address: plain lower-case letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalpha())
